#include "conventions/input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "table/cell.hpp"

namespace maxtrick::conventions {
namespace {

std::string text_of(const Values& row) {
  std::vector<std::string> texts;
  for (const double value : row) texts.push_back(table::cell(value));
  return fmt::format("{}", fmt::join(texts, ","));
}

std::string text_of(const Matrix& rows) {
  std::vector<std::string> texts;
  for (const Values& row : rows) texts.push_back(text_of(row));
  return fmt::format("{}", fmt::join(texts, ";"));
}

class Reader {
 public:
  Reader(config::Section& section, const Question& question)
      : section_(section), question_(question) {}

  Input read() {
    for (const std::string& key : question_.needs) read(key);
    return {given_, fmt::format("{}", fmt::join(texts_, ", "))};
  }

 private:
  void read(const std::string& key) {
    if (key == "logits") return matrix(key, given_.logits);
    if (key == "probabilities") return matrix(key, given_.probabilities);
    if (key == "targets") return matrix(key, given_.targets);
    if (key == "mask") return matrix(key, given_.mask);
    if (key == "labels") return labels();
    if (key == "class_weights") return of_classes(key, given_.class_weights);
    if (key == "pos_weight") return of_classes(key, given_.pos_weight);
    if (key == "shape") return shape();
    if (key == "smoothing") return number(key, given_.smoothing, {0, 1});
    if (key == "scale") return number(key, given_.scale, {1e-6, 1e6});
    if (key == "soft_cap") return number(key, given_.soft_cap, {1e-6, 1e6});
    number(key, given_.ignored_label, {-1e6, 1e6});
  }

  void number(const std::string& key, double& value, config::Range range) {
    value = section_.number(key, range);
    texts_.push_back(fmt::format("{} {}", key, table::cell(value)));
  }

  void matrix(const std::string& key, Matrix& rows) {
    rows = section_.matrix(key);
    texts_.push_back(fmt::format("{} {}", key, text_of(rows)));
    if (rows_ == 0) {
      rows_ = rows.size();
      classes_ = rows[0].size();
    } else if (rows.size() != rows_ || rows[0].size() != classes_) {
      section_.reject(key, fmt::format("{} has {} x {} numbers", key, rows.size(), rows[0].size()),
                      fmt::format("{} x {}, as the rows before have", rows_, classes_));
      rows.assign(rows_, Values(classes_));
    }
    if (key == "mask")
      for (const Values& row : rows)
        for (const double m : row)
          if (m != 0 && m != 1)
            return section_.reject(key, fmt::format("{} is no mask", table::cell(m)), "0 or 1");
  }

  void of_classes(const std::string& key, Values& values) {
    values = section_.numbers(key);
    texts_.push_back(fmt::format("{} {}", key, text_of(values)));
    if (values.size() == classes_) return;
    section_.reject(key, fmt::format("{} numbers for {} classes", values.size(), classes_),
                    "one for each class");
    values.resize(classes_);
  }

  // Which labels are allowed depends on the question.
  void labels() {
    Values& labels = given_.labels = section_.numbers("labels");
    texts_.push_back("labels " + text_of(labels));
    if (labels.size() != rows_) {
      section_.reject("labels", fmt::format("{} labels for {} rows", labels.size(), rows_),
                      "one label for each row");
      labels.resize(rows_);
    }
    const bool outside = question_.name == "label_out_of_range";
    const bool may_be_ignored = std::find(question_.needs.begin(), question_.needs.end(),
                                          "ignored_label") != question_.needs.end();
    const double ignored =
        may_be_ignored ? section_.number("ignored_label", {-1e6, 1e6}) : std::nan("");
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const double y = labels[i];
      const bool is_class = y >= 0 && y < static_cast<double>(classes_) && y == std::floor(y);
      if (y == ignored || is_class != outside) continue;
      section_.reject(
          "labels", i, fmt::format("label {} is {} class", table::cell(y), outside ? "a" : "not a"),
          fmt::format("a label {} 0 to {}", outside ? "outside" : "from", classes_ - 1));
      labels[i] = 0;
    }
  }

  void shape() {
    Values& shape = given_.shape = section_.numbers("shape");
    texts_.push_back("shape " + text_of(shape));
    double elements = 1;
    for (const double n : shape) elements *= n >= 1 && n == std::floor(n) ? n : 0;
    if (elements == static_cast<double>(classes_) && rows_ == 1 && shape.size() > 1) return;
    section_.reject("shape",
                    fmt::format("a shape of {} elements for {} x {} logits", table::cell(elements),
                                rows_, classes_),
                    "two or more sizes, and one row of logits with as many elements");
    shape = {1, static_cast<double>(classes_)};
    given_.logits.resize(1);
  }

  config::Section& section_;
  const Question& question_;
  Given given_;
  std::vector<std::string> texts_;
  std::size_t rows_ = 0, classes_ = 0;  // of the first matrix
};

}  // namespace

Input read_input(config::Section& section, const Question& question) {
  return Reader(section, question).read();
}

}  // namespace maxtrick::conventions
