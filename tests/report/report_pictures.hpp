// The pictures of the committed tables, each drawn once, and ways into their JSON.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "report/picture.hpp"

namespace maxtrick::tests {

using report::Json;

inline const report::Tables& tables() {
  static const report::Tables committed("results");
  return committed;
}

inline const report::Drawn& drawn(const std::string& name) {
  static std::map<std::string, report::Drawn> all;
  if (all.empty())
    for (const report::Picture& picture : report::pictures(tables()))
      all.emplace(picture.name, picture.draw(tables()));
  return all.at(name);
}

inline void each_object(const Json& json, const std::function<void(const Json&)>& visit) {
  if (json.is_object()) visit(json);
  if (!json.is_structured()) return;
  for (const Json& part : json) each_object(part, visit);
}

// The values of all data in a specification that have this field.
inline std::vector<Json> values(const Json& specification, const std::string& field) {
  std::vector<Json> all;
  each_object(specification, [&](const Json& part) {
    if (!part.contains("data") || !part["data"].contains("values")) return;
    for (const Json& value : part["data"]["values"])
      if (value.contains(field)) all.push_back(value);
  });
  return all;
}

}  // namespace maxtrick::tests
