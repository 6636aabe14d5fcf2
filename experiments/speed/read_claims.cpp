#include <fmt/format.h>

#include "inputs/selection.hpp"
#include "speed/grid.hpp"
#include "text/quoted.hpp"

namespace maxtrick::speed {
namespace {

// Reads what the reference is timed on.
void read_reference(config::Section& section, const std::vector<std::string>& logits,
                    Claim& claim) {
  if (section.has("reference")) claim.reference = section.text("reference");
  if (section.has("reference_logits"))
    claim.reference_logits = section.choice("reference_logits", logits);
  if (section.has("reference_shape")) {
    const std::string text = section.text("reference_shape");
    claim.reference_last_axis = text == "last axis";
    claim.reference_shape = timing::parse_shape(text);
    if (!claim.reference_last_axis && !claim.reference_shape && !text.empty())
      section.reject("reference_shape", text::quoted(text) + " is no shape",
                     "\"last axis\", or a shape such as \"4096x1000\"");
  }
  if (section.has("reference_dtype"))
    claim.reference_dtype = ops::parse_dtype(section.choice("reference_dtype", dtype_names()));
  if (section.has("reference_threads"))
    claim.reference_one_thread =
        section.choice("reference_threads", std::vector<std::string>{"1"}) == "1";
}

Claim read_claim(config::Section& section, const std::vector<std::string>& logits) {
  Claim claim{
      .variants = section.texts("variants"), .dtypes = read_dtypes(section), .logits = {"plain"}};
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
  read_reference(section, logits, claim);
  claim.at_most = section.has("at_most_times");
  if (claim.at_most && section.has("at_least_times"))
    section.reject("at_most_times", "two limits in one table", "at_least_times or at_most_times");
  claim.times = section.number(claim.at_most ? "at_most_times" : "at_least_times", {1e-6, 1e6});
  return claim;
}

// Whether the references of the claim for that case exist and have its type. Notes an error otherwise.
bool has_references(config::Section& section, const Claim& claim, const Case& one) {
  for (const timing::Item& item : claim.references_of(one)) {
    const ops::Variant* kernel = timing::find_timed(item.kernel);
    if (kernel && timing::is_timed_in(*kernel, item.dtype)) continue;
    if (kernel)
      section.reject("reference",
                     fmt::format("{} has no {}", text::quoted(item.kernel), ops::name(item.dtype)),
                     "a reference that has the type of every case");
    else
      section.reject(
          "reference", "unknown variant " + text::quoted(item.kernel),
          "a variant, 'memcpy', 'best', or one with * for the op or for what follows it");
    return false;
  }
  return true;
}

}  // namespace

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
      sound = has_references(section, claim, one);
    }
    if (!met)
      section.reject("variants", fmt::format("no case of this config meets this {}", key),
                     "variants, classes, shapes, dtypes, logits and threads of some [[grid]]");
    if (sound) claims.push_back(claim);
  }
  return claims;
}

}  // namespace maxtrick::speed
