#include "timing/job.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "io/number.hpp"
#include "table/table.hpp"

namespace maxtrick::timing {
namespace {

using Json = nlohmann::ordered_json;

// A path is a sequence of bytes, which need not be UTF-8 as JSON requires.
using Bytes = std::vector<unsigned char>;

}  // namespace

std::string to_json(const Job& job) {
  std::vector<Bytes> plugins;
  for (const std::string& file : job.plugins) plugins.emplace_back(file.begin(), file.end());
  Json json = {{"threads", job.threads},
               {"repetitions", job.repetitions},
               {"min_seconds", job.min_seconds},
               {"inaccurate_above_ulp", job.inaccurate_above_ulp},
               {"seed", job.seed},
               {"plugins", plugins},
               {"logits", Json::array()},
               {"items", Json::array()}};
  for (const Logits& one : job.logits)
    json["logits"].push_back({{"name", one.name}, {"scale", one.scale}, {"masked", one.masked}});
  for (const Item& one : job.items)
    json["items"].push_back({{"kernel", one.kernel},
                             {"logits", one.logits},
                             {"shape", name(one.shape)},
                             {"dtype", ops::name(one.dtype)},
                             {"all_threads", one.all_threads}});
  return json.dump();
}

Job job_from_json(const std::string& text) {
  const Json json = Json::parse(text);
  Job job{.threads = json.at("threads"),
          .logits = {},
          .items = {},
          .plugins = {},
          .repetitions = json.at("repetitions"),
          .min_seconds = json.at("min_seconds"),
          .inaccurate_above_ulp = json.at("inaccurate_above_ulp"),
          .seed = json.at("seed")};
  for (const Bytes file : json.at("plugins")) job.plugins.emplace_back(file.begin(), file.end());
  for (const Json& one : json.at("logits"))
    job.logits.push_back({one.at("name"), one.at("scale"), one.at("masked")});
  for (const Json& one : json.at("items"))
    job.items.push_back({one.at("kernel"), one.at("logits"),
                         parse_shape(one.at("shape").get<std::string>()).value(),
                         ops::parse_dtype(one.at("dtype").get<std::string>()).value(),
                         one.at("all_threads")});
  return job;
}

std::string to_json(const std::vector<Measured>& measured) {
  Json json = Json::array();
  for (const Measured& one : measured)
    json.push_back({{"outcome", one.outcome},
                    // Written as a text, because JSON has no infinity.
                    {"max_error_ulp", table::cell(one.max_error_ulp)},
                    {"implementation", one.implementation},
                    {"seconds", one.seconds},
                    {"unsupported", one.unsupported}});
  return json.dump();
}

std::string to_json(const run::CaseFailed& failed) {
  return Json(failed.what()).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<Measured> measured_from_json(const std::string& text) {
  const Json json = Json::parse(text);
  if (json.is_string()) throw run::CaseFailed(json.get<std::string>());
  std::vector<Measured> measured;
  for (const Json& one : json)
    measured.push_back({one.at("outcome"),
                        io::parse_number(one.at("max_error_ulp").get<std::string>())
                            .value_or(std::numeric_limits<double>::infinity()),
                        one.at("implementation"), one.at("seconds"), one.at("unsupported")});
  return measured;
}

}  // namespace maxtrick::timing
