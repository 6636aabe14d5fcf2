#include "run/experiment.hpp"

#include <algorithm>
#include <stdexcept>

namespace maxtrick::run {
namespace {

std::vector<Experiment>& registered() {
  static std::vector<Experiment> list;
  return list;
}

}  // namespace

Parts joined(const std::vector<Parts>& lists) {
  std::vector<std::size_t> ends;
  std::size_t size = 0;
  for (const Parts& list : lists) ends.push_back(size += list->size);
  return std::make_shared<const PartList>(
      PartList{size, [lists, ends](std::size_t part) {
                 const auto of = std::upper_bound(ends.begin(), ends.end(), part) - ends.begin();
                 const PartList& list = *lists[static_cast<std::size_t>(of)];
                 list.run(part + list.size - ends[static_cast<std::size_t>(of)]);
               }});
}

bool Plan::keeps_parts() const {
  return std::any_of(cases.begin(), cases.end(),
                     [](const Case& one) { return one.kept != nullptr; });
}

RegisterExperiment::RegisterExperiment(Experiment experiment) {
  registered().push_back(std::move(experiment));
}

const std::vector<Experiment>& experiments() {
  static const std::vector<Experiment> sorted = [] {
    std::vector<Experiment> list = registered();
    std::sort(list.begin(), list.end(),
              [](const Experiment& a, const Experiment& b) { return a.name < b.name; });
    const auto twin = std::adjacent_find(
        list.begin(), list.end(),
        [](const Experiment& a, const Experiment& b) { return a.name == b.name; });
    if (twin != list.end()) throw std::logic_error("two experiments have the name " + twin->name);
    return list;
  }();
  return sorted;
}

}  // namespace maxtrick::run
