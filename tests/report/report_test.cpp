// The report's pictures as JSON: what is in the tables is in them, failures and bounds included.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "io/matrix.hpp"
#include "io/number.hpp"
#include "report/labels.hpp"
#include "report/log_axis.hpp"
#include "report/look.hpp"
#include "report/picture.hpp"
#include "report/timed.hpp"
#include "report_pictures.hpp"

BOOST_AUTO_TEST_SUITE(report_test)

namespace {

using namespace maxtrick;
using report::Json;
using report::Picture;
using tests::drawn;
using tests::each_object;
using tests::tables;
using tests::values;

// Rows of a table, counted by some of their cells.
using Counts = std::map<std::vector<std::string>, std::size_t>;

Counts rows(const std::string& table, const std::vector<std::string>& columns,
            const std::function<bool(const table::CommittedTable&, const table::Row&)>& wanted) {
  Counts counts;
  const auto& read = tables().get(table);
  for (const table::Row& row : read.rows()) {
    if (!wanted(read, row)) continue;
    std::vector<std::string> key;
    for (const std::string& column : columns) key.push_back(read.cell(row, column));
    ++counts[key];
  }
  return counts;
}

Counts points(const std::string& picture, const std::vector<std::string>& fields) {
  Counts counts;
  for (const Json& value : values(drawn(picture).specification, fields.front())) {
    std::vector<std::string> key;
    for (const std::string& field : fields) key.push_back(value[field]);
    ++counts[key];
  }
  return counts;
}

void check_scale(const Json& channel, double value) {
  BOOST_TEST(value >= channel["scale"]["domain"][0].get<double>());
  BOOST_TEST(value <= channel["scale"]["domain"][1].get<double>());
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_question_has_a_picture_words_and_a_table) {
  std::set<std::string> names;
  for (const Picture& picture : report::pictures(tables())) {
    BOOST_TEST_CONTEXT(picture.name) {
      BOOST_TEST(names.insert(picture.name).second);
      BOOST_TEST(
          picture.question.ends_with(picture.question.find(" (") == std::string::npos ? "?" : ")"));
      BOOST_TEST(!picture.text.empty());
      BOOST_TEST(!picture.alternative.empty());
      const report::Sheet& sheet = drawn(picture.name).sheet;
      BOOST_TEST(!sheet.caption.empty());
      BOOST_TEST(!sheet.rows.empty());
      for (const auto& row : sheet.rows) {
        BOOST_TEST(row.size() == sheet.header.size());
        BOOST_TEST(!row.front().empty());
      }
    }
  }
  for (const char* name :
       {"error-against-spread", "error-against-classes", "x-minus-max", "outcomes-float32",
        "outcomes-float64", "loss-curves", "breaking", "regions", "surface"})
    BOOST_TEST(names.contains(name), name);
  for (const std::string& cpu : tables().cpus())
    for (const char* name :
         {"accuracy-against-speed-", "accuracy-against-speed-all-", "speed-softmax-",
          "speed-log_softmax-", "speed-cross_entropy-", "speed-cross_entropy_gradient-"})
      BOOST_TEST(names.contains(name + cpu), name);
}

BOOST_AUTO_TEST_CASE(every_row_of_the_tables_is_a_point) {
  const std::vector<std::string> of_error{"variant", "distribution", "outcome", "error_ulp"};
  const std::vector<std::string> error_columns{"variant", "distribution", "outcome",
                                               "max_error_ulp"};
  const auto float32 = [](const auto& table, const auto& row) {
    return table.cell(row, "dtype") == "float32";
  };
  BOOST_TEST(
      (points("error-against-classes", of_error) == rows("accuracy", error_columns, float32)));
  BOOST_TEST((points("error-against-spread", of_error) ==
              rows("accuracy", error_columns, [&](const auto& table, const auto& row) {
                return float32(table, row) &&
                       table.cell(row, "distribution").starts_with("normal-");
              })));
  for (const std::string dtype : {"float32", "float64"})
    BOOST_TEST(
        (points("outcomes-" + dtype, {"case", "variant", "outcome"}) ==
         rows("overflow", {"case", "variant", "outcome"}, [&](const auto& table, const auto& row) {
           return table.cell(row, "dtype") == dtype;
         })));
  const auto all = [](const auto&, const auto&) { return true; };
  BOOST_TEST((points("breaking", {"condition", "arm", "outcome", "loss"}) ==
              rows("breaking", {"condition", "arm", "outcome", "exact_loss_median"}, all)));
  BOOST_TEST((points("x-minus-max", {"observed", "predicted"}) ==
              rows("log_softmax", {"leader_absolute_error", "method_error"},
                   [&](const auto& table, const auto& row) {
                     return float32(table, row) &&
                            table.cell(row, "variant") == "log_softmax.x_minus_max.scalar";
                   })));
  BOOST_TEST((points("x-minus-max", {"criterion", "dtype"}) ==
              rows("x_minus_max", {"criterion", "dtype"}, all)));
  BOOST_TEST((points("loss-curves", {"task", "arm"}) ==
              rows("training", {"task", "arm"}, [](const auto& table, const auto& row) {
                return table.cell(row, "quantity").starts_with("loss_");
              })));
}

BOOST_AUTO_TEST_CASE(every_kernel_of_the_speed_tables_is_a_point_with_its_interval) {
  for (const std::string& cpu : tables().cpus())
    for (const std::string op :
         {"softmax", "log_softmax", "cross_entropy", "cross_entropy_gradient"}) {
      const auto of_op = [&](const auto& table, const auto& row) {
        return table.cell(row, "op") == op && table.cell(row, "threads") == "1" &&
               table.cell(row, "logits") == "plain";
      };
      Counts found;
      std::size_t intervals = 0;
      for (const Json& value :
           values(drawn("speed-" + op + '-' + cpu).specification, "times_onednn")) {
        if (value["op"] == "copy") continue;
        ++found[{value["op"].get<std::string>() + '.' + value["kernel"].get<std::string>(),
                 value["shape"]}];
        if (!value.contains("low")) continue;
        ++intervals;
        BOOST_TEST(value["low"].get<double>() <= value["ratio"].get<double>());
        BOOST_TEST(value["ratio"].get<double>() <= value["high"].get<double>());
      }
      BOOST_TEST((found == rows("speed/" + cpu + "/speed", {"variant", "shape"}, of_op)));
      std::size_t timed = 0;
      for (const auto& [key, n] : rows("speed/" + cpu + "/speed", {"speed"}, of_op))
        timed += key[0].empty() ? 0 : n;
      BOOST_TEST(intervals == timed);
    }
}

BOOST_AUTO_TEST_CASE(theorys_bounds_are_dashed_and_whole) {
  for (const char* name : {"error-against-spread", "error-against-classes"}) {
    const Json& specification = drawn(name).specification;
    std::size_t dashed = 0, panels = 0;
    each_object(specification, [&](const Json& part) {
      if (part.contains("facet")) ++panels;
      if (part.contains("mark") && part["mark"].is_object() &&
          part["mark"].contains("strokeDash") && part["encoding"]["y"]["field"] == "drawn_bound_u")
        ++dashed;
    });
    BOOST_TEST(panels > 0U);
    BOOST_TEST(dashed == panels);
  }
}

// What is infinite or NaN in the table is drawn at a finite place inside the axis, above all
// others.
BOOST_AUTO_TEST_CASE(failures_are_drawn_in_strips) {
  std::size_t failures = 0;
  double highest = 0, lowest_failure = INFINITY;
  for (const Json& value : values(drawn("error-against-spread").specification, "drawn")) {
    const double place = value["drawn"].get<double>();
    const auto error = io::parse_number(value["error_ulp"].get<std::string>());
    if (error && std::isfinite(*error)) {
      highest = std::max(highest, place);
      continue;
    }
    ++failures;
    lowest_failure = std::min(lowest_failure, place);
    BOOST_TEST(std::isfinite(place));
  }
  BOOST_TEST(failures > 0U);
  BOOST_TEST(lowest_failure > highest);
  std::size_t nans = 0;
  for (const Json& value : values(drawn("breaking").specification, "exact_loss_median")) {
    if (value["loss"] != "nan") continue;
    ++nans;
    BOOST_TEST(value["exact_loss_median"].is_number());
  }
  BOOST_TEST(nans > 0U);
}

BOOST_AUTO_TEST_CASE(an_axis_has_a_place_for_every_number) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> power(-40, 40), span(0, 12);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> all;
    const double low = power(random), width = span(random);
    for (int j = 0; j < 5; ++j)
      all.push_back(
          std::pow(10, low + width * std::uniform_real_distribution<double>(0, 1)(random)));
    const auto [least, most] = std::minmax_element(all.begin(), all.end());
    const double smallest = *least, largest = *most;
    all.insert(all.end(), {0, INFINITY, NAN});
    const double length = i % 4 < 2 ? 300 : 150;
    const report::LogAxis axis(all, {i % 2 == 0 ? "x" : "y", length}, "lost", "not there");
    const Json channel = axis.channel("error");
    const double domain_low = channel["scale"]["domain"][0];
    for (const double value : all) {
      check_scale(channel, axis.place(value));
      BOOST_TEST(axis.share(value) >= 0);
      BOOST_TEST(axis.share(value) <= 1);
    }
    BOOST_TEST(axis.place(0) < smallest);
    BOOST_TEST(axis.place(INFINITY) > largest);
    BOOST_TEST(axis.place(NAN) > axis.place(INFINITY));
    BOOST_TEST(channel["axis"]["values"].size() >= 4U);
    BOOST_TEST(channel["axis"]["values"].size() <= 15U);
    // So far apart that no label must be left out: half as much again as a letter is high.
    std::vector<double> labels;
    for (const Json& at : channel["axis"]["values"])
      labels.push_back(length * std::log10(at.get<double>() / domain_low) /
                       std::log10(channel["scale"]["domain"][1].get<double>() / domain_low));
    std::sort(labels.begin(), labels.end());
    for (std::size_t j = 1; j < labels.size(); ++j) BOOST_TEST(labels[j] - labels[j - 1] >= 12.99);
    for (const char* name : {"'lost'", "'not there'", "'0'"})
      BOOST_TEST(channel["axis"]["labelExpr"].get<std::string>().find(name) != std::string::npos);
    BOOST_TEST(axis.strips("error")["data"]["values"].size() == 3U);
  }
  // No strip for what does not occur.
  BOOST_TEST(report::LogAxis({1, 2, 3}, {"y", 100}).strips("")["data"]["values"].empty());
}

// A colour means one thing: that of an algorithm is the same in all pictures, and no two in a
// picture share one.
BOOST_AUTO_TEST_CASE(a_variant_has_one_colour) {
  std::map<std::string, std::string> colour_of;
  for (const Picture& picture : report::pictures(tables()))
    each_object(drawn(picture.name).specification, [&](const Json& part) {
      if (!part.contains("field") || !part.contains("scale") || !part["scale"].is_object() ||
          !part["scale"].contains("range") || !part["scale"].contains("domain"))
        return;
      const std::string field = part["field"];
      if (field != "algorithm" && field != "arm") return;
      std::set<std::string> colours;
      for (std::size_t i = 0; i < part["scale"]["domain"].size(); ++i) {
        const std::string name = part["scale"]["domain"][i], colour = part["scale"]["range"].at(i);
        BOOST_TEST(colour_of.emplace(name, colour).first->second == colour, name);
        if (name == "shifted") continue;  // the plain loop of another op, as max_trick is
        BOOST_TEST(colours.insert(colour).second,
                   picture.name << ": " << name << " has another's colour");
      }
    });
  BOOST_TEST(colour_of.size() > 10U);
}

// A plug-in's algorithm, an arm of a user's own.
BOOST_AUTO_TEST_CASE(what_users_bring_along_has_colours) {
  const Json scale = report::colours({"accurate", "mine", "his"});
  BOOST_TEST(scale["range"][0] == report::colours({"accurate"})["range"][0]);
  std::set<std::string> colours;
  for (const Json& colour : scale["range"]) colours.insert(colour.get<std::string>());
  BOOST_TEST(colours.size() == 3U);
}

BOOST_AUTO_TEST_CASE(every_outcome_has_letters_and_a_colour) {
  std::set<std::string> letters;
  for (const std::string& outcome : report::outcome_names()) {
    BOOST_TEST(letters.insert(report::letters(outcome)).second);
    BOOST_TEST(report::letters(outcome).size() <= 3U);
    BOOST_TEST(report::colours({outcome})["range"].size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(labels_do_not_cover_each_other) {
  std::mt19937 random(2);
  const double width = 660, height = 370, letter = 6.2, line = 14;
  std::uniform_real_distribution<double> x(20, width - 20), y(20, height - 20);
  for (int i = 0; i < 100; ++i) {
    std::vector<report::Point> points;
    for (int j = 0; j < 12; ++j) points.push_back({x(random), y(random), "accurate.avx2"});
    const auto labels = report::place_labels(points, width, height);
    BOOST_TEST_REQUIRE(labels.size() == points.size());
    std::vector<double> lefts;
    for (const report::Label& label : labels) {
      const double wide = letter * 13;
      lefts.push_back(label.align == "left"    ? label.x
                      : label.align == "right" ? label.x - wide
                                               : label.x - wide / 2);
      BOOST_TEST(lefts.back() >= 0);
      BOOST_TEST(lefts.back() + wide <= width);
      for (std::size_t j = 0; j + 1 < lefts.size(); ++j)
        BOOST_TEST(
            (std::abs(lefts[j] - lefts.back()) >= wide || std::abs(labels[j].y - label.y) >= line));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_unbeaten_of_the_chosen_shape_are_named_once) {
  for (const std::string& cpu : tables().cpus()) {
    const auto shapes = report::shapes_of_many_logits(tables(), cpu);
    const std::string& shape = shapes[shapes.size() / 2];
    std::size_t kernels = 0;
    for (const auto& one : report::timed(tables(), cpu, "softmax"))
      kernels += one.shape == shape ? 1 : 0;
    const Json& specification = drawn("accuracy-against-speed-" + cpu).specification;
    BOOST_TEST(values(specification, "of_memcpy").size() == kernels);
    std::set<std::string> names;
    for (const Json& label : values(specification, "unbeaten"))
      names.insert(label["text"].get<std::string>());
    BOOST_TEST(names.size() == kernels);
  }
}

BOOST_AUTO_TEST_SUITE_END()
