// The report's pictures: each a question, a Vega-Lite specification with its data, and the table
// below it.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/tables.hpp"

namespace maxtrick::report {

// In the order of writing: the same tables give the same bytes.
using Json = nlohmann::ordered_json;

// A table for reading; the first column names the row.
struct Sheet {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  bool outcomes = false;  // cells are outcomes, and coloured as in the pictures
};

struct Drawn {
  Json specification;
  Sheet sheet;
};

struct Picture {
  std::string name;         // of its files
  std::string question;     // the heading
  std::string text;         // what is to be seen, and how to read it
  std::string alternative;  // instead of the picture, where it cannot be seen
  std::vector<std::string> tables;
  std::function<Drawn(const Tables&)> draw;
};

// All of them, in the report's order. Throws as Tables does.
[[nodiscard]] std::vector<Picture> pictures(const Tables& tables);

// One of the list each, or several: a file each.
[[nodiscard]] Picture accuracy_against_speed(const Tables& tables, const std::string& cpu);
[[nodiscard]] Picture accuracy_against_speed_of_all(const Tables& tables, const std::string& cpu);
[[nodiscard]] std::vector<Picture> speed(const Tables& tables, const std::string& cpu);
[[nodiscard]] Picture error_against_spread();
[[nodiscard]] Picture error_against_classes();
[[nodiscard]] Picture x_minus_max();
[[nodiscard]] Picture outcomes(const std::string& dtype);
[[nodiscard]] Picture loss_curves();
[[nodiscard]] Picture breaking();
[[nodiscard]] Picture regions();
[[nodiscard]] Picture surface();

}  // namespace maxtrick::report
