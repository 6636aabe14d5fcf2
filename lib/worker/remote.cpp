#include "worker/remote.hpp"

#include <fmt/format.h>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "run/experiment.hpp"
#include "worker/child.hpp"

namespace maxtrick::worker {
namespace {

// A pool of idle processes.
class Pool {
 public:
  Pool(Host host, Plugin plugin) : host_(std::move(host)), plugin_(std::move(plugin)) {}

  std::unique_ptr<Child> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto child = std::move(idle_.back());
        idle_.pop_back();
        return child;
      }
    }
    auto child = std::make_unique<Child>(host_, plugin_.file);
    plugin_.require_unchanged();
    return child;
  }
  void give_back(std::unique_ptr<Child> child) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(child));
  }
  [[nodiscard]] const Plugin& plugin() const { return plugin_; }

 private:
  Host host_;
  Plugin plugin_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Child>> idle_;
};

constexpr int most_hangs = 3;

struct Remote {
  std::shared_ptr<Pool> pool;
  std::size_t place;
  ops::Op op;
  std::string name;
  std::shared_ptr<std::atomic<int>> hangs = std::make_shared<std::atomic<int>>(0);

  template <class T>
  void operator()(const ops::Call<T>& call) const {
    if (call.logits.rows == 0) return;
    if (*hangs >= most_hangs)
      throw run::CaseFailed(
          fmt::format("{}: hung {} times, and is not called again", name, most_hangs));
    try {
      auto child = pool->take();
      try {
        child->call(place, only_arguments_of(op, call));
      } catch (const run::CaseFailed& failed) {
        // The kernel itself has reported this, so the process is still usable.
        pool->give_back(std::move(child));
        throw run::CaseFailed(fmt::format("{}: {}", name, failed.what()));
      }
      pool->give_back(std::move(child));
    } catch (const Changed&) {
      throw;
    } catch (const Broken& broken) {
      // A process whose file is overwritten while it runs is likely to crash, so the cause may be a
      // changed file.
      pool->plugin().require_unchanged();
      if (broken.hung) ++*hangs;
      throw run::CaseFailed(fmt::format("{}: {}", name, broken.what()));
    } catch (const Refused& refused) {
      pool->plugin().require_unchanged();
      throw run::CaseFailed(fmt::format("{}: {}", name, refused.what()));
    }
  }
};

}  // namespace

Plugin start(const std::filesystem::path& file, const Host& host) {
  auto child = std::make_unique<Child>(host, file);
  Plugin plugin = child->plugin();
  plugin.require_unchanged();
  const auto pool = std::make_shared<Pool>(host, plugin);
  pool->give_back(std::move(child));
  for (std::size_t i = 0; i < plugin.variants.size(); ++i) {
    ops::Variant& variant = plugin.variants[i];
    const Remote remote{pool, i, variant.op, variant.name()};
    if (variant.float32) variant.float32 = remote;
    if (variant.float64) variant.float64 = remote;
    if (variant.float16) variant.float16 = remote;
    if (variant.bfloat16) variant.bfloat16 = remote;
  }
  return plugin;
}

}  // namespace maxtrick::worker
