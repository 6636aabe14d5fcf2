#include "speed/spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "inputs/selection.hpp"
#include "ops/registry.hpp"
#include "table/interval.hpp"
#include "text/quoted.hpp"

namespace maxtrick::speed {
namespace {

const std::vector<std::string> thread_words{"1", "all"};

std::vector<timing::Logits> read_logits(config::Section& config) {
  std::vector<timing::Logits> all;
  inputs::Names taken("logits");
  for (config::Section& section : config.tables("logits")) {
    timing::Logits one{.name = inputs::read_name(section, "name"),
                       .scale = section.number("scale", config::finite)};
    if (section.has("masked")) one.masked = section.number("masked", {0, 0.9});
    taken.add(section, one.name);
    all.push_back(one);
  }
  return all;
}

std::vector<timing::Shape> read_shapes(config::Section& section) {
  std::vector<timing::Shape> shapes;
  const std::vector<std::string> texts = section.texts("shapes");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto shape = parse_shape(texts[i]);
    if (texts[i].empty()) continue;  // noted already
    if (!shape)
      section.reject("shapes", i, text::quoted(texts[i]) + " is no shape",
                     "rows x classes, at most 2^28 numbers: \"4096x1000\"");
    else if (std::find(shapes.begin(), shapes.end(), *shape) != shapes.end())
      section.reject("shapes", i, text::quoted(texts[i]) + " is named twice", "each once");
    else
      shapes.push_back(*shape);
  }
  return shapes;
}

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
  std::vector<std::string> logits;
  std::vector<std::string> threads;
  std::vector<const ops::Variant*> but_not;

  [[nodiscard]] bool has(const ops::Variant& kernel, bool all_threads) const {
    return (kernel.takes_threads || !all_threads) &&
           std::find(but_not.begin(), but_not.end(), &kernel) == but_not.end();
  }
};

std::vector<Grid> read_grids(config::Section& config, const std::vector<std::string>& logits) {
  std::vector<Grid> grids;
  for (config::Section& section : config.tables("grid")) {
    grids.push_back({read_shapes(section),
                     section.choices("logits", logits),
                     section.choices("threads", thread_words),
                     {}});
    if (section.has("but_not")) grids.back().but_not = read_kernels(section, "but_not");
    std::erase(grids.back().logits, "");  // noted already
  }
  return grids;
}

// Adds every case of the grids once. The cases of one op are adjacent, and memcpy comes first.
void lay_out(Spec& spec, const std::vector<Grid>& grids,
             const std::vector<const ops::Variant*>& chosen) {
  std::set<std::tuple<timing::Item, timing::Shape, bool>> known;
  const auto add = [&](const Case& one) {
    if (known.emplace(one.item, one.shape, one.all_threads).second) spec.cases.push_back(one);
  };
  const auto each = [&](auto visit) {
    for (const Grid& grid : grids)
      for (const timing::Shape shape : grid.shapes)
        for (const std::string& threads : grid.threads) visit(grid, shape, threads == "all");
  };
  each([&](const Grid&, timing::Shape shape, bool all_threads) {
    if (!all_threads) add({timing::copy, {"memcpy", ""}, shape, false});
  });
  for (const ops::Op op : ops::all_ops())
    each([&](const Grid& grid, timing::Shape shape, bool all_threads) {
      for (const std::string& logits : grid.logits)
        for (const ops::Variant* kernel : chosen)
          if (kernel->op == op && grid.has(*kernel, all_threads))
            add({op, {timing::timed_name(*kernel), logits}, shape, all_threads});
    });
}

Claim read_claim(config::Section& section, const std::vector<std::string>& logits) {
  Claim claim{.variants = section.texts("variants"), .logits = {"plain"}};
  if (section.has("classes")) {
    const std::vector<double> range = section.numbers("classes");
    if (range.size() != 2 || !(range[0] >= 1) || !(range[1] >= range[0]) || range[1] > 1e9)
      section.reject("classes", "no range of classes", "[from, to], both included");
    else
      claim.least_classes = static_cast<std::size_t>(range[0]),
      claim.most_classes = static_cast<std::size_t>(range[1]);
  }
  if (section.has("shapes")) claim.shapes = read_shapes(section);
  if (section.has("logits")) claim.logits = section.choices("logits", logits);
  if (section.has("threads")) claim.all_threads = section.choice("threads", thread_words) == "all";
  if (section.has("reference")) claim.reference = section.text("reference");
  if (section.has("reference_logits"))
    claim.reference_logits = section.choice("reference_logits", logits);
  claim.at_most = section.has("at_most_times");
  if (claim.at_most && section.has("at_least_times"))
    section.reject("at_most_times", "two limits in one table", "at_least_times or at_most_times");
  claim.times = section.number(claim.at_most ? "at_most_times" : "at_least_times", {1e-6, 1e6});
  return claim;
}

// Reads the claims or the goals. `key` is "claim" or "goal".
std::vector<Claim> read_claims(config::Section& config, const Spec& spec, const std::string& key) {
  std::vector<Claim> claims;
  if (!config.has(key)) return claims;
  const std::vector<std::string> logits = inputs::names_of(spec.logits, &timing::Logits::name);
  for (config::Section& section : config.tables(key)) {
    const Claim claim = read_claim(section, logits);
    bool met = false, sound = true;
    for (const Case& one : spec.cases) {
      if (!sound || !claim.matches(one)) continue;
      met = true;
      const auto references = claim.references_of(one);
      const auto unknown = std::ranges::find_if(
          references, [](const timing::Item& item) { return !timing::find_timed(item.kernel); });
      sound = unknown == references.end();
      if (!sound)
        section.reject(
            "reference", "unknown variant " + text::quoted(unknown->kernel),
            "a variant, 'memcpy', 'best', or one with * for the op or for what follows it");
    }
    if (!met)
      section.reject("variants", fmt::format("no case of this config meets this {}", key),
                     "variants, classes, shapes, logits and threads of some [[grid]]");
    if (sound) claims.push_back(claim);
  }
  return claims;
}

}  // namespace

std::optional<timing::Shape> parse_shape(std::string_view text) {
  timing::Shape shape;
  const char* const end = text.data() + text.size();
  const auto rows = std::from_chars(text.data(), end, shape.rows);
  if (rows.ec != std::errc{} || rows.ptr == end || *rows.ptr != 'x') return std::nullopt;
  const auto classes = std::from_chars(rows.ptr + 1, end, shape.classes);
  constexpr std::size_t most = std::size_t{1} << 28;
  if (classes.ec != std::errc{} || classes.ptr != end || shape.rows < 1 || shape.classes < 1 ||
      shape.rows > most || shape.classes > most / shape.rows)
    return std::nullopt;
  return shape;
}

Spec read_spec(config::Section& config) {
  Spec spec;
  spec.launches = config.count("launches", 1, 100);
  spec.limit = std::chrono::seconds(config.integer("launch_limit_s", 1, 3600));
  spec.widest_interval = config.number("widest_interval", {0, 1e9});
  if (config.has("highest_load")) spec.highest_load = config.number("highest_load", {0, 1e6});
  spec.settings.repetitions = config.count("repetitions", table::fewest_pairs, table::most_pairs);
  spec.settings.min_seconds = config.number("min_time_ms", {0.001, 10000}) / 1000;
  spec.settings.inaccurate_above_ulp = config.number("inaccurate_above_ulp", {0, 1e6});
  spec.settings.seed = static_cast<std::uint64_t>(config.integer("seed", 0, INT64_MAX - 1));
  spec.logits = read_logits(config);
  const std::vector<const ops::Variant*> chosen = read_kernels(config, "variants", true);
  lay_out(spec, read_grids(config, inputs::names_of(spec.logits, &timing::Logits::name)), chosen);
  spec.claims = read_claims(config, spec, "claim");
  spec.goals = read_claims(config, spec, "goal");
  return spec;
}

}  // namespace maxtrick::speed
