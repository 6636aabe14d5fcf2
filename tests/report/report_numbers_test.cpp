// The numbers that the report's pictures draw, and those of the tables below them, are the
// committed tables' own.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <regex>
#include <set>

#include "io/number.hpp"
#include "report/look.hpp"
#include "report/timed.hpp"
#include "report_pictures.hpp"
#include "table/interval.hpp"

BOOST_AUTO_TEST_SUITE(report_numbers_test)

namespace {

using namespace maxtrick;
using report::Json;
using report::Picture;
using tests::drawn;
using tests::each_object;
using tests::tables;
using tests::values;

// Where an axis has a name: "inf" and the like.
std::map<std::string, double> named(const Json& channel) {
  static const std::regex name(R"(\(([-0-9.]+)\)\)<1e-5\?'([^']*)')");
  const std::string text = channel["axis"]["labelExpr"];
  std::map<std::string, double> all;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), name); at != std::sregex_iterator();
       ++at)
    all[(*at)[2]] = std::pow(10, std::stod((*at)[1]));
  return all;
}

// The channel of a specification's first mark that draws a field, also as the other end of it.
Json channel_of(const Json& specification, const std::string& field) {
  Json found;
  each_object(specification, [&](const Json& part) {
    if (!found.is_null() || !part.contains("encoding")) return;
    for (const std::string channel : {"x", "y"})
      for (const std::string end : {"", "2"})
        if (part["encoding"].contains(channel + end) &&
            part["encoding"][channel + end].value("field", "") == field)
          found = part["encoding"][channel];
  });
  BOOST_TEST_REQUIRE(!found.is_null(), field << " is not drawn");
  return found;
}

// Where a number of a table is to be drawn.
double place(const Json& channel, double number) {
  if (!channel.contains("axis") || !channel["axis"].contains("labelExpr")) return number;
  const auto names = named(channel);
  const auto strip = [&](const std::vector<std::string>& possible) {
    for (const std::string& name : possible)
      if (names.contains(name)) return names.at(name);
    BOOST_ERROR("no strip for " << number);
    return 0.;
  };
  if (std::isnan(number)) return strip({"NaN", "not timed"});
  if (std::isinf(number)) return strip({"inf", "wrong, or lost"});
  if (number > 1e8 && names.contains("> 10⁸")) return names.at("> 10⁸");
  if (number < 0.01 && names.contains("< 0.01")) return names.at("< 0.01");
  return number == 0 ? strip({"0"}) : number;
}

using Key = std::vector<std::string>;
using Table = table::CommittedTable;
// Numbers by the fields that draw them; what a row has not is left out.
using Numbers = std::map<std::string, double>;

// Every row of a picture's data that has `field` is in `expected`, by `key`, with the same numbers
// at their places; several rows of data may stand for one.
void hold(const std::string& picture, const std::string& field,
          const std::function<Key(const Json&)>& key, const std::map<Key, Numbers>& expected) {
  BOOST_TEST_CONTEXT(picture) {
    const Json& specification = drawn(picture).specification;
    std::map<std::string, Json> channels;
    std::set<Key> seen;
    for (const Json& value : values(specification, field)) {
      const Key name = key(value);
      BOOST_TEST_REQUIRE(expected.contains(name), name.front() << ": not in the table");
      seen.insert(name);
      for (const auto& [drawn_field, number] : expected.at(name)) {
        if (!channels.contains(drawn_field))
          channels[drawn_field] = channel_of(specification, drawn_field);
        BOOST_TEST_REQUIRE(value.contains(drawn_field), drawn_field << " is missing");
        BOOST_TEST(value[drawn_field].get<double>() == place(channels[drawn_field], number),
                   boost::test_tools::tolerance(1e-5));
      }
    }
    BOOST_TEST(seen.size() == expected.size());
  }
}

std::string text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : fmt::format("{}", value.get<double>());
}

std::map<Key, Numbers> expected(const std::string& name,
                                const std::function<bool(const Table&, const table::Row&)>& wanted,
                                const std::vector<std::string>& keys,
                                const std::map<std::string, std::string>& columns) {
  const Table& table = tables().get(name);
  std::map<Key, Numbers> all;
  for (const table::Row& row : table.rows()) {
    if (!wanted(table, row)) continue;
    Key key;
    for (const std::string& column : keys) key.push_back(table.cell(row, column));
    for (const auto& [field, column] : columns)
      if (!table.cell(row, column).empty()) all[key][field] = table.number(row, column);
  }
  return all;
}

std::function<Key(const Json&)> fields(const std::vector<std::string>& names) {
  return [names](const Json& value) {
    Key key;
    for (const std::string& name : names) key.push_back(text(value[name]));
    return key;
  };
}

bool float32(const Table& table, const table::Row& row) {
  return table.cell(row, "dtype") == "float32";
}

bool everything(const Table&, const table::Row&) { return true; }

// NaN is worse than every number.
double worse(double a, double b) { return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b); }

}  // namespace

BOOST_AUTO_TEST_CASE(errors_are_drawn_where_the_table_has_them) {
  for (const std::string name : {"error-against-classes", "error-against-spread"}) {
    const bool spread = name.ends_with("spread");
    auto rows =
        expected("accuracy",
                 [&](const Table& table, const table::Row& row) {
                   return float32(table, row) &&
                          (!spread || table.cell(row, "distribution").starts_with("normal-"));
                 },
                 {"variant", "distribution", "classes"},
                 {{"drawn", "max_error_ulp"},
                  {"drawn_norm_error_u", "norm_error_u"},
                  {"drawn_bound_u", "bound_u"}});
    for (auto& [key, numbers] : rows)
      numbers["at"] = *io::parse_number(spread ? key[1].substr(7) : key[2]);
    hold(name, "drawn", fields({"variant", "distribution", "classes"}), rows);
  }
}

// What breaks must not look the better for it: the line of the worst leaves nothing out.
BOOST_AUTO_TEST_CASE(the_worst_of_a_cell_is_drawn_also_where_it_is_infinite) {
  const Table& table = tables().get("accuracy");
  std::size_t infinite = 0, lines = 0;
  for (const std::string name : {"error-against-classes", "error-against-spread"}) {
    const bool spread = name.ends_with("spread");
    std::map<Key, double> worst;
    for (const table::Row& row : table.rows()) {
      const std::string& distribution = table.cell(row, "distribution");
      if (!float32(table, row) || (spread && !distribution.starts_with("normal-"))) continue;
      const report::VariantName variant(table.cell(row, "variant"));
      const Key cell{variant.op, variant.algorithm,
                     spread ? distribution.substr(7) : table.cell(row, "classes")};
      const double error = table.number(row, "max_error_ulp");
      worst[cell] = worse(worst.emplace(cell, error).first->second, error);
    }
    std::map<Key, double> highest;
    const Json& specification = drawn(name).specification;
    for (const Json& value : values(specification, "drawn")) {
      double& one = highest[fields({"op", "algorithm", "at"})(value)];
      one = std::max(one, value["drawn"].get<double>());
    }
    const Json channel = channel_of(specification, "drawn");
    BOOST_TEST(highest.size() == worst.size());
    for (const auto& [cell, error] : worst) {
      BOOST_TEST(highest[cell] == place(channel, error), boost::test_tools::tolerance(1e-5));
      infinite += std::isinf(error) ? 1 : 0;
    }
    each_object(specification, [&](const Json& part) {
      if (!part.contains("mark") || !part["mark"].is_object() || part["mark"]["type"] != "line" ||
          part["encoding"]["y"]["field"] != "drawn")
        return;
      ++lines;
      BOOST_TEST(part["encoding"]["y"]["aggregate"] == "max");
      BOOST_TEST(!part.contains("transform"));
    });
  }
  BOOST_TEST(infinite > 0U);
  BOOST_TEST(lines == 6U);  // a picture has three ops
}

// A diamond above the dashed line would be a bound that does not hold.
BOOST_AUTO_TEST_CASE(diamonds_lie_below_theorys_bound) {
  for (const char* name : {"error-against-classes", "error-against-spread"}) {
    std::map<Key, double> errors, bounds;
    for (const Json& value : values(drawn(name).specification, "drawn_bound_u")) {
      BOOST_TEST(value["theory"] == "bounded");
      const Key cell = fields({"op", "algorithm", "at"})(value);
      errors[cell] = std::max(errors[cell], value["drawn_norm_error_u"].get<double>());
      bounds[cell] = std::max(bounds[cell], value["drawn_bound_u"].get<double>());
    }
    BOOST_TEST(!bounds.empty());
    for (const auto& [cell, bound] : bounds)
      BOOST_TEST(errors[cell] <= bound, name << ' ' << cell[0] << '.' << cell[1] << ' ' << cell[2]);
  }
}

BOOST_AUTO_TEST_CASE(x_minus_max_is_drawn_where_the_tables_have_it) {
  const auto of_form = [](const Table& table, const table::Row& row) {
    return float32(table, row) && table.cell(row, "variant") == "log_softmax.x_minus_max.scalar";
  };
  auto gaps = expected("log_softmax", of_form, {"gap", "classes"},
                       {{"drawn_observed", "leader_absolute_error"},
                        {"drawn_predicted", "method_error"},
                        {"ratio_defect", "observed_over_method"}});
  for (auto& [key, numbers] : gaps)
    numbers["ratio_defect"] = (numbers.at("ratio_defect") - 1) * 0x1p52;
  hold("x-minus-max", "drawn_observed", fields({"gap", "classes"}), gaps);
  auto thresholds = expected("x_minus_max", everything, {"criterion", "dtype", "classes"},
                             {{"from_gap", "from_gap"}, {"predicted_gap", "predicted_gap"}});
  for (auto& [key, numbers] : thresholds)
    numbers["ratio"] = numbers.at("from_gap") / numbers.at("predicted_gap");
  hold("x-minus-max", "from_gap", fields({"criterion", "dtype", "classes"}), thresholds);
}

BOOST_AUTO_TEST_CASE(training_is_drawn_where_the_tables_have_it) {
  const auto same = [](const std::vector<std::string>& names) {
    std::map<std::string, std::string> columns;
    for (const std::string& name : names) columns.emplace(name, name);
    return columns;
  };
  hold("breaking", "exact_loss_median", fields({"condition", "arm"}),
       expected("breaking", everything, {"condition", "arm"},
                same({"exact_loss_q1", "exact_loss_median", "exact_loss_q3"})));
  hold(
      "loss-curves", "median",
      [](const Json& value) {
        return Key{value["task"], value["arm"], "loss_" + text(value["epoch"])};
      },
      expected(
          "training",
          [](const Table& table, const table::Row& row) {
            return table.cell(row, "quantity").starts_with("loss_");
          },
          {"task", "arm", "quantity"},
          same({"lowest", "q1", "median", "q3", "highest", "published"})));
}

namespace {

// Of a speed table's rows on one thread: of ordinary logits, and the worst of all.
struct Kernel {
  double time = NAN, error = 0, worst = 0;
  std::optional<table::Interval> speed, share;
};

std::map<Key, Kernel> kernels(const std::string& cpu) {
  const Table& table = tables().get("speed/" + cpu + "/speed");
  std::map<Key, Kernel> all;
  for (const table::Row& row : table.rows()) {
    if (table.cell(row, "threads") != "1") continue;
    Kernel& one =
        all[{table.cell(row, "op"), table.cell(row, "variant"), table.cell(row, "shape")}];
    const std::string &outcome = table.cell(row, "outcome"), &logits = table.cell(row, "logits");
    const double error = table.number(row, "max_error_ulp");
    one.worst = std::max(one.worst, outcome == "ok" || outcome == "inaccurate" ? error : INFINITY);
    if (logits != "plain" && logits != "any") continue;
    one.error = error;
    one.time = table.number(row, "time_ns");
    one.speed = table::parse_interval(table.cell(row, "speed"));
    one.share = table::parse_interval(table.cell(row, "memcpy_share"));
  }
  return all;
}

Key kernel_of(const Json& value) {
  const std::string op = value["op"];
  if (op == "copy") return {op, "memcpy", value["shape"]};
  return {op, op + '.' + value["kernel"].get<std::string>(), value["shape"]};
}

double estimate(const std::optional<table::Interval>& one) { return one ? one->estimate : NAN; }

void add_interval(Numbers& numbers, const std::optional<table::Interval>& one) {
  if (!one) return;
  numbers["low"] = one->low;
  numbers["high"] = one->high;
}

}  // namespace

BOOST_AUTO_TEST_CASE(speed_is_drawn_where_the_table_has_it) {
  for (const std::string& cpu : tables().cpus())
    for (const std::string op :
         {"softmax", "log_softmax", "cross_entropy", "cross_entropy_gradient"}) {
      std::map<Key, Numbers> rows;
      for (const auto& [key, one] : kernels(cpu)) {
        if (key[0] != op && key[0] != "copy") continue;
        Numbers& numbers = rows[key];
        numbers["time"] = one.time;
        numbers["classes"] = *io::parse_number(key[2].substr(key[2].find('x') + 1));
        if (key[0] == "copy") continue;  // has no ratio that is drawn
        numbers["ratio"] = estimate(one.speed);
        add_interval(numbers, one.speed);
      }
      hold("speed-" + op + '-' + cpu, "time", kernel_of, rows);
    }
}

BOOST_AUTO_TEST_CASE(accuracy_against_speed_is_drawn_where_the_table_has_it) {
  for (const std::string& cpu : tables().cpus()) {
    const auto shapes = report::shapes_of_many_logits(tables(), cpu);
    std::map<Key, Numbers> all, chosen;
    for (const auto& [key, one] : kernels(cpu)) {
      if (key[0] == "copy" || std::find(shapes.begin(), shapes.end(), key[2]) == shapes.end())
        continue;
      Numbers& numbers = all[key];
      numbers = {{"x", estimate(one.share)}, {"y", one.error}, {"y_worst", one.worst}};
      add_interval(numbers, one.share);
      if (key[0] == "softmax" && key[2] == shapes[shapes.size() / 2]) chosen[key] = numbers;
    }
    hold("accuracy-against-speed-all-" + cpu, "y_worst", kernel_of, all);
    hold("accuracy-against-speed-" + cpu, "y_worst", kernel_of, chosen);
  }
}

namespace {

// The numbers that a field draws: of what is aggregated the largest of each panel and abscissa.
std::vector<double> drawn_of(const Json& specification, const std::string& field,
                             const Json& channel) {
  std::vector<double> all;
  std::map<Key, double> largest;
  for (const Json& value : values(specification, field)) {
    const double number = value[field];
    if (channel.value("aggregate", "") == "max") {
      const auto [one, fresh] =
          largest.emplace(fields({"op", "algorithm", "at", "theory"})(value), number);
      one->second = std::max(one->second, number);
    } else {
      all.push_back(number);
    }
  }
  for (const auto& [key, number] : largest) all.push_back(number);
  return all;
}

}  // namespace

// Who does not see the picture has the table below it: its numbers to three digits.
BOOST_AUTO_TEST_CASE(every_number_that_is_drawn_is_in_the_table_below) {
  static const std::regex number(R"([-+]?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?)");
  for (const Picture& picture : report::pictures(tables())) {
    // At more points than anyone would read: computed, or the regions of a plane (regions_test).
    if (picture.tables.empty() || picture.name == "regions") continue;
    const report::Sheet& sheet = drawn(picture.name).sheet;
    std::string words = sheet.caption;
    for (const std::string& name : sheet.header) words += ' ' + name;
    for (const auto& row : sheet.rows)
      for (const std::string& cell : row) words += ' ' + cell;
    std::set<double> numbers;
    for (auto at = std::sregex_iterator(words.begin(), words.end(), number);
         at != std::sregex_iterator(); ++at)
      numbers.insert(std::stod(at->str()));
    const Json& specification = drawn(picture.name).specification;
    std::map<std::string, Json> channels;
    each_object(specification, [&](const Json& part) {
      if (!part.contains("encoding")) return;
      for (const std::string channel : {"x", "y"})
        for (const std::string end : {"", "2"}) {
          if (!part["encoding"].contains(channel + end)) continue;
          const Json& main = part["encoding"][channel];
          const std::string field = part["encoding"][channel + end].value("field", "");
          // Pixels, and the strips' ground, are no figures.
          if (field.empty() || field == "from" || field == "to" ||
              main.value("type", "") != "quantitative" ||
              (main.contains("scale") && main["scale"].is_null()))
            continue;
          // What is drawn as it is, besides as the largest of several, is all there.
          if (const auto [at, fresh] = channels.emplace(field, main);
              !fresh && !main.contains("aggregate"))
            at->second = main;
        }
    });
    for (const auto& [field, channel] : channels) {
      std::set<double> strips;
      if (channel.contains("axis") && channel["axis"].contains("labelExpr"))
        for (const auto& [name, at] : named(channel)) strips.insert(at);
      const auto near = [](const std::set<double>& all, double value, double share) {
        const double slack = share * std::abs(value);
        const auto next = all.lower_bound(value - slack);
        return next != all.end() && *next <= value + slack;
      };
      for (const double value : drawn_of(specification, field, channel))
        if (!near(strips, value, 1e-5) && !near(numbers, value, 0.0051))
          BOOST_ERROR(picture.name << ": " << field << ' ' << value << " is not in its table");
    }
  }
}

// What the pictures' words say of the tables.
BOOST_AUTO_TEST_CASE(the_words_hold) {
  const Table& training = tables().get("training");
  std::size_t published = 0;
  for (const table::Row& row : training.rows())
    if (!training.cell(row, "published").empty() &&
        training.cell(row, "quantity").starts_with("loss_")) {
      ++published;
      BOOST_TEST(training.cell(row, "within") == "yes");
    }
  BOOST_TEST(published > 0U);
  // "The dashed bound of the plain forms grows with the classes, that of accurate does not."
  const Table& accuracy = tables().get("accuracy");
  std::map<Key, std::map<double, double>> bounds;
  for (const table::Row& row : accuracy.rows())
    if (float32(accuracy, row) && !accuracy.cell(row, "bound_u").empty()) {
      double& most = bounds[{accuracy.cell(row, "variant")}][accuracy.number(row, "classes")];
      most = std::max(most, accuracy.number(row, "bound_u"));
    }
  for (const auto& [variant, by_classes] : bounds)
    for (auto at = by_classes.begin(); std::next(at) != by_classes.end(); ++at) {
      if (variant[0].find(".accurate.") != std::string::npos)
        BOOST_TEST(std::next(at)->second == at->second, variant[0]);
      if (variant[0] == "softmax.max_trick.scalar" || variant[0] == "softmax.naive.scalar")
        BOOST_TEST(std::next(at)->second > at->second, variant[0]);
    }
}

BOOST_AUTO_TEST_SUITE_END()
