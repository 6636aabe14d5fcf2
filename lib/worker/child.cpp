#include "worker/child.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include "ops/run.hpp"
#include "run/experiment.hpp"
#include "worker/library.hpp"

namespace maxtrick::worker {
namespace {

// The space between the numbers of a matrix in the shared memory. The lengths differ, so that a
// kernel that confuses the strides gives wrong results.
struct Gaps {
  std::size_t row, number;
};
constexpr Gaps logits_gaps{3, 1}, result_gaps{5, 2}, coefficients_gaps{7, 3}, factors_gaps{9, 4};

std::string_view thing(Place place) {
  switch (place) {
    case Place::logits: return "logits";
    case Place::targets: return "targets";
    case Place::losses: return "losses";
    case Place::result: return "rows";
    case Place::coefficients: return "coefficients";
    case Place::factors: return "factors";
  }
  return {};
}

std::string describe(const Fault& fault) {
  if (!fault.outside) return "changes its input";
  const std::string_view does = fault.reach == Reach::reads    ? "reads"
                                : fault.reach == Reach::writes ? "writes"
                                                               : "reads or writes";
  return fmt::format("{} outside its {}", does, thing(fault.place));
}

// Where the matrix is in the shared memory. Its rows follow each other as those of `matrix` do:
// numbers of one row are adjacent or have gaps, or numbers of one class are closer together than
// those of one row, as along the first axis of an array. A kernel without class strides gets
// adjacent numbers.
template <class T>
Grid grid_of(const numerics::Rows<T>& matrix, Gaps gaps, bool takes_class_strides) {
  if (matrix.data == nullptr || matrix.columns == 0) return {};
  Grid grid{.rows = matrix.rows, .columns = matrix.columns};
  const std::size_t row_gap = matrix.rows > 1 ? gaps.row : 0, step = gaps.number + 1;
  if (matrix.column_stride == 1 || matrix.columns == 1 || !takes_class_strides) {
    grid.row_stride = matrix.columns + row_gap;
  } else if (matrix.column_stride < matrix.stride || matrix.rows == 1) {
    grid.class_stride = step;
    grid.row_stride = matrix.columns * step + row_gap;
  } else {
    grid.row_stride = step;
    grid.class_stride = matrix.rows * step + row_gap;
  }
  return grid;
}

template <class T>
constexpr ops::DType type_of() {
  if constexpr (std::is_same_v<T, float>) return ops::DType::float32;
  if constexpr (std::is_same_v<T, double>) return ops::DType::float64;
  if constexpr (std::is_same_v<T, numerics::Float16>) return ops::DType::float16;
  if constexpr (std::is_same_v<T, numerics::BFloat16>) return ops::DType::bfloat16;
}

template <class T>
Request request_of(std::size_t kernel, const ops::Call<T>& a, bool takes_class_strides) {
  return {.kernel = kernel,
          .type = type_of<T>(),
          .logits = grid_of(a.logits, logits_gaps, takes_class_strides),
          .result = grid_of(a.result, result_gaps, takes_class_strides),
          .coefficients = grid_of(a.targets.weights, coefficients_gaps, takes_class_strides),
          .factors = grid_of(a.factors, factors_gaps, takes_class_strides),
          .targets = a.targets.index.size(),
          .losses = a.losses.size(),
          .scale = double{a.scale},
          .gradient_scale = double{a.gradient_scale},
          .parameter = double{a.parameter}};
}

}  // namespace

// The whole shared memory, as this process maps it.
class Child::Memory {
 public:
  Memory() : file_(::memfd_create("maxtrick-plugin", MFD_CLOEXEC)) {
    if (file_.number() < 0) fail(errno, "cannot share memory with a plug-in");
  }
  ~Memory() { unmap(); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  [[nodiscard]] int descriptor() const { return file_.number(); }

  // Fills the memory with the pattern.
  void lay_out(const Layout& layout) {
    layout_ = layout;
    const std::size_t needed = layout.back().offset + layout.back().size;
    if (needed > size_) grow(needed);
    std::fill_n(static_cast<std::uint64_t*>(base_), needed / sizeof pattern, pattern);
  }

  template <class T>
  [[nodiscard]] T* at(Place place) const {
    const Area& one = area(layout_, place);
    return reinterpret_cast<T*>(static_cast<char*>(base_) + one.offset + one.size - one.bytes);
  }

  // The matrix of that shape.
  template <class T>
  [[nodiscard]] numerics::Rows<T> rows(Place place, const Grid& grid) const {
    return {at<T>(place), grid.rows, grid.columns, grid.row_stride, grid.class_stride};
  }
  // Moves the numbers of the matrix to `to`. They hold the pattern again then.
  template <class T>
  void move(numerics::Rows<T> from, numerics::Rows<T> to) const {
    ops::copy_rows<T>({from.data, from.rows, from.columns, from.stride, from.column_stride}, to);
    for_each(from, [](T& number) { set_pattern(number); });
  }
  // Whether all of the array's memory holds the pattern.
  [[nodiscard]] bool untouched(Place place) const {
    const Area& one = area(layout_, place);
    const auto* words =
        reinterpret_cast<const std::uint64_t*>(static_cast<const char*>(base_) + one.offset);
    return std::all_of(words, words + one.size / sizeof pattern,
                       [](std::uint64_t word) { return word == pattern; });
  }

 private:
  void grow(std::size_t size) {
    unmap();
    if (::ftruncate(file_.number(), static_cast<off_t>(size)) != 0)
      fail(errno, "cannot share memory with a plug-in");
    void* const base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.number(), 0);
    if (base == MAP_FAILED) fail(errno, "cannot share memory with a plug-in");
    base_ = base;
    size_ = size;
  }
  void unmap() {
    if (size_ > 0) ::munmap(base_, size_);
    size_ = 0;
  }

  worker::Descriptor file_;
  void* base_ = nullptr;
  std::size_t size_ = 0;
  Layout layout_ = {};
};

Child::Child(const Host& host, const std::filesystem::path& file)
    : limit_(host.limit), memory_(std::make_unique<Memory>()) {
  const auto refuse = [&](const std::string& why) {
    throw Refused(fmt::format("{}: no plug-in that can be used: {}", file.string(), why));
  };
  if (!std::filesystem::is_regular_file(file)) refuse("there is no such file");
  start(host, file);
  try {
    // A short limit is meant for calls. A busy machine takes longer to start a process.
    const std::string text = receive(std::max(host.limit, std::chrono::milliseconds(10000)));
    const auto word = static_cast<Word>(text.front());
    if (word == Word::refusal) throw Refused(text.substr(1));
    if (word != Word::description) refuse("it crashes where it is loaded");
    plugin_ = from_json(text.substr(1));
    // JSON text is UTF-8, which a path need not be, so the path is set again.
    plugin_.file = std::filesystem::absolute(file);
  } catch (const Broken& broken) {
    refuse(fmt::format("{} where it is loaded", broken.what()));
  } catch (const std::invalid_argument& error) {
    refuse(error.what());
  }
}

Child::~Child() = default;

void Child::start(const Host& host, const std::filesystem::path& file) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    fail(errno, "cannot make a socket to a plug-in");
  talk_ = worker::Descriptor(ends[0]);
  const worker::Descriptor other(ends[1]);
  // Threads that the plug-in starts would compete with the code that is measured.
  process_ = std::make_unique<worker::Process>(
      std::vector<std::string>{host.program.string(), serve_command,
                               std::filesystem::absolute(file).string()},
      std::map<std::string, std::string>{{"OMP_NUM_THREADS", "1"}},
      std::vector<std::pair<int, int>>{{other.number(), talk_descriptor},
                                       {memory_->descriptor(), memory_descriptor}});
}

std::string Child::receive(std::chrono::milliseconds limit) {
  const auto end = worker::Clock::now() + limit;
  if (!worker::readable_until(talk_.number(), end)) throw Broken(worker::too_late(limit), true);
  // The length of the message; 0 if the other end is closed.
  const ssize_t n = ::recv(talk_.number(), nullptr, 0, MSG_PEEK | MSG_TRUNC);
  std::string text(n > 0 ? static_cast<std::size_t>(n) : 0, '\0');
  if (n > 0 && ::recv(talk_.number(), text.data(), text.size(), 0) == n) return text;
  const auto status = process_->wait_until(end);
  if (!status) throw Broken(worker::too_late(limit), true);
  throw Broken(worker::how_it_ended(*status), false);
}

void Child::send(const Request& request) {
  // If the other end is closed, receive() reports the reason.
  while (::send(talk_.number(), &request, sizeof request, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

template <class T>
void Child::call(std::size_t kernel, const ops::Call<T>& a) {
  Request request = request_of(kernel, a, plugin_.variants.at(kernel).takes_class_strides);
  const auto limit = limit_ + std::chrono::milliseconds(a.logits.rows * a.logits.columns / 1000);
  request.limit_ms = static_cast<std::uint64_t>(limit.count());
  memory_->lay_out(layout_of(request));
  ops::copy_rows(a.logits, memory_->rows<T>(Place::logits, request.logits));
  if (request.coefficients.columns > 0)
    ops::copy_rows(a.targets.weights, memory_->rows<T>(Place::coefficients, request.coefficients));
  if (request.factors.columns > 0)
    ops::copy_rows(a.factors, memory_->rows<T>(Place::factors, request.factors));
  std::ranges::copy(a.targets.index, memory_->at<std::int32_t>(Place::targets));
  send(request);

  const std::string answer = receive(limit);
  if (static_cast<Word>(answer.front()) == Word::fault && answer.size() == sizeof(Fault)) {
    Fault fault;
    std::memcpy(&fault, answer.data(), sizeof fault);
    throw Broken(describe(fault), false);
  }
  if (static_cast<Word>(answer.front()) == Word::violation)
    throw Broken(
        fmt::format("{}, in a call of {}x{}", answer.substr(1), a.logits.rows, a.logits.columns),
        false);
  if (request.result.columns > 0)
    memory_->move(memory_->rows<T>(Place::result, request.result), a.result);
  memory_->move(numerics::one_row(std::span(memory_->at<T>(Place::losses), a.losses.size())),
                numerics::one_row(a.losses));
  if (!memory_->untouched(Place::result)) throw Broken("writes outside its rows", false);
  if (!memory_->untouched(Place::losses)) throw Broken("writes outside its losses", false);
  if (answer.size() > 1) throw run::CaseFailed(answer.substr(1));
}

template void Child::call(std::size_t, const ops::Call<float>&);
template void Child::call(std::size_t, const ops::Call<double>&);
template void Child::call(std::size_t, const ops::Call<numerics::Float16>&);
template void Child::call(std::size_t, const ops::Call<numerics::BFloat16>&);

}  // namespace maxtrick::worker
