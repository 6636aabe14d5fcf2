// Writes the rows of logits that the slider page offers as JSON to stdout. They come from the given
// configs, so that no row has to be typed twice: the input of each [[figure]] that has one row, and
// the logits of each [[case]] that lists its logits and has float32 among its types.
//   slider_presets CONFIG...
#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>

namespace {

using nlohmann::ordered_json;

constexpr std::size_t least_classes = 2, most_classes = 10;

// Returns the logits as text, since JSON has no number for infinities; empty if the page cannot
// show the row.
ordered_json row(const toml::array* logits) {
  ordered_json texts = ordered_json::array();
  if (logits == nullptr || logits->size() < least_classes || logits->size() > most_classes)
    return texts;
  for (const auto& logit : *logits) {
    const auto value = logit.value<double>();
    if (!value) return ordered_json::array();
    texts.push_back(fmt::format("{}", *value));
  }
  return texts;
}

bool has_float32(const toml::table& one) {
  const toml::array* dtypes = one["dtypes"].as_array();
  if (dtypes == nullptr) return true;
  for (const auto& dtype : *dtypes)
    if (dtype.value<std::string>() == "float32") return true;
  return false;
}

class Presets {
 public:
  void read(const toml::table& config) {
    each(config, "figure", [&](const toml::table& figure) {
      if (is_of_whole_rows(figure)) add_rows(figure);
    });
    each(config, "case", [&](const toml::table& one) {
      if (has_float32(one))
        add(text(one, "name"), text(one, "hazard"), text(one, "source"), one["logits"].as_array());
    });
    if (const auto tolerance = config["inaccurate_above_ulp"].value<double>())
      inaccurate_above_ulp_ = *tolerance;
  }

  [[nodiscard]] ordered_json json() const {
    return {{"inaccurate_above_ulp", inaccurate_above_ulp_}, {"rows", rows_}};
  }

  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  template <class Visit>
  static void each(const toml::table& config, const char* key, Visit visit) {
    if (const toml::array* tables = config[key].as_array())
      for (const auto& table : *tables)
        if (table.is_table()) visit(*table.as_table());
  }

  static std::string text(const toml::table& one, const char* key) {
    return one[key].value_or(std::string());
  }

  // Excludes figures that show a sum or an extreme of the results, for which the row is only an
  // intermediate step, and figures that are one of many points of a surface.
  static bool is_of_whole_rows(const toml::table& figure) {
    const std::string formula = text(figure, "formula");
    return (formula.starts_with("softmax") || formula.starts_with("log_softmax")) &&
           !figure.contains("reduce") && !text(figure, "id").starts_with("R1");
  }

  void add_rows(const toml::table& figure) {
    const toml::array* input = figure["input"].as_array();
    if (input == nullptr) return;
    for (std::size_t i = 0; i < input->size(); ++i) {
      const std::string which = input->size() > 1 ? fmt::format(", row {}", i + 1) : "";
      add(text(figure, "id") + which, text(figure, "what"), "", input->get(i)->as_array());
    }
  }

  // A figure about a row that is already in the list adds nothing.
  void add(const std::string& name, const std::string& what, const std::string& source,
           const toml::array* logits) {
    ordered_json texts = row(logits);
    if (texts.empty() || !seen_.insert(texts).second) return;
    rows_.push_back({{"name", name}, {"what", what}, {"source", source}, {"logits", texts}});
  }

  double inaccurate_above_ulp_ = 0;
  ordered_json rows_ = ordered_json::array();
  std::set<ordered_json> seen_;
};

// Returns the exit code.
int run(std::span<char*> configs) {
  Presets presets;
  try {
    for (const char* config : configs) presets.read(toml::parse_file(config));
  } catch (const toml::parse_error& error) {
    std::cerr << "slider_presets: " << error << '\n';
    return 2;
  }
  std::cout << presets.json().dump(1) << '\n';
  return presets.empty() ? 5 : 0;
}

}  // namespace

int main(int arguments, char** argument) {
  try {
    return run(std::span(argument, static_cast<std::size_t>(arguments)).subspan(1));
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return 6;
  }
}
