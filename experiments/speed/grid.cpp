#include "speed/grid.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "inputs/selection.hpp"
#include "ops/registry.hpp"
#include "text/quoted.hpp"

namespace maxtrick::speed {
namespace {

bool chooses(const std::string& glob, const ops::Variant& kernel) {
  return kernel.optional ? glob == timing::timed_name(kernel)
                         : ops::glob_match(glob, timing::timed_name(kernel));
}

// Adds the plug-in kernels whose op has a kernel in `wanted`, in addition to the kernels that the
// config names.
void join_plugins(std::set<std::string>& wanted) {
  std::set<ops::Op> ops;
  for (const std::string& known : wanted) ops.insert(timing::find_timed(known)->op);
  for (const ops::Variant& kernel : timing::timed_variants())
    if (!kernel.plugin.empty() && ops.contains(kernel.op))
      wanted.insert(timing::timed_name(kernel));
}

// Returns the kernels that the globs of `key` select, in the order of the registry and each once.
// With `join`, the kernels of plug-ins are added.
std::vector<const ops::Variant*> read_kernels(config::Section& section, std::string_view key,
                                              bool join = false) {
  std::vector<std::string> names;
  for (const ops::Variant& kernel : timing::timed_variants())
    if (kernel.op != timing::copy) names.push_back(timing::timed_name(kernel));
  const std::vector<std::string> globs = section.texts(key);
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < globs.size(); ++i) {
    bool matched = globs[i].empty();
    for (const std::string& known : names)
      if (chooses(globs[i], *timing::find_timed(known))) {
        wanted.insert(known);
        matched = true;
      }
    if (!matched)
      section.reject(key, i, text::quoted(globs[i]) + " matches nothing that can be timed",
                     config::expected_one_of(globs[i], names));
  }
  if (join) join_plugins(wanted);
  std::vector<const ops::Variant*> chosen;
  for (const std::string& known : wanted) chosen.push_back(timing::find_timed(known));
  return chosen;
}

struct Grid {
  std::vector<timing::Shape> shapes;
  std::vector<ops::DType> dtypes;
  std::vector<std::string> logits;
  std::vector<std::string> threads;
  std::optional<std::vector<const ops::Variant*>> only = {};
  std::vector<const ops::Variant*> but_not = {};

  [[nodiscard]] bool has(const ops::Variant& kernel, const timing::Item& item) const {
    const auto holds = [&](const auto& list) { return std::ranges::count(list, &kernel) > 0; };
    return (kernel.takes_threads || !item.all_threads) && timing::is_timed_in(kernel, item.dtype) &&
           !holds(but_not) && (!only || !kernel.plugin.empty() || holds(*only));
  }
};

std::vector<Grid> read_grids(config::Section& config, const std::vector<std::string>& logits) {
  std::vector<Grid> grids;
  for (config::Section& section : config.tables("grid")) {
    Grid& grid = grids.emplace_back(Grid{read_shapes(section), read_dtypes(section),
                                         section.choices("logits", logits),
                                         section.choices("threads", thread_words)});
    if (section.has("only")) grid.only = read_kernels(section, "only");
    if (section.has("but_not")) grid.but_not = read_kernels(section, "but_not");
    std::erase(grid.logits, "");  // noted already
  }
  return grids;
}

void lay_out(Spec& spec, const std::vector<Grid>& grids,
             const std::vector<const ops::Variant*>& chosen) {
  std::set<timing::Item> known;
  const auto add = [&](ops::Op op, const timing::Item& item, const Grid& grid) {
    if (!known.insert(item).second) return;
    Case& added = spec.cases.emplace_back(Case{op, item});
    for (const ops::Variant* kernel : grid.but_not)
      added.but_not.push_back(timing::timed_name(*kernel));
  };
  const auto each = [&](auto visit) {
    for (const Grid& grid : grids)
      for (const ops::DType dtype : grid.dtypes)
        for (const timing::Shape& shape : grid.shapes)
          for (const std::string& threads : grid.threads)
            visit(grid, timing::Item{{}, {}, shape, dtype, threads == "all"});
  };
  each([&](const Grid& grid, timing::Item item) {
    item.kernel = "memcpy";
    if (!item.all_threads) add(timing::copy, item, grid);
  });
  for (const ops::Op op : ops::all_ops())
    each([&](const Grid& grid, timing::Item item) {
      for (const std::string& logits : grid.logits)
        for (const ops::Variant* kernel : chosen) {
          item.kernel = timing::timed_name(*kernel);
          item.logits = logits;
          if (kernel->op == op && grid.has(*kernel, item)) add(op, item, grid);
        }
    });
}

}  // namespace

std::vector<std::string> dtype_names() {
  std::vector<std::string> names;
  for (const ops::DType dtype : timing::timed_dtypes) names.emplace_back(ops::name(dtype));
  return names;
}

std::vector<timing::Shape> read_shapes(config::Section& section) {
  std::vector<timing::Shape> shapes;
  const std::vector<std::string> texts = section.texts("shapes");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto shape = timing::parse_shape(texts[i]);
    if (texts[i].empty()) continue;  // noted already
    if (!shape)
      section.reject(
          "shapes", i, text::quoted(texts[i]) + " is no shape",
          "rows x classes, or the sizes of an array and the axis of the classes, at most "
          "2^28 numbers: \"4096x1000\", \"1x3072x1024@1\"");
    else if (std::find(shapes.begin(), shapes.end(), *shape) != shapes.end())
      section.reject("shapes", i, text::quoted(texts[i]) + " is named twice", "each once");
    else
      shapes.push_back(*shape);
  }
  return shapes;
}

std::vector<ops::DType> read_dtypes(config::Section& section) {
  if (!section.has("dtypes")) return {ops::DType::float32};
  std::vector<ops::DType> dtypes;
  for (const std::string& name : section.choices("dtypes", dtype_names()))
    if (const auto dtype = ops::parse_dtype(name)) dtypes.push_back(*dtype);
  return dtypes;
}

void read_cases(config::Section& config, Spec& spec) {
  const std::vector<const ops::Variant*> chosen = read_kernels(config, "variants", true);
  lay_out(spec, read_grids(config, inputs::names_of(spec.logits, &timing::Logits::name)), chosen);
}

}  // namespace maxtrick::speed
