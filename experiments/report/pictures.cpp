#include "report/picture.hpp"

namespace maxtrick::report {

std::vector<Picture> pictures(const Tables& tables) {
  std::vector<Picture> all;
  const auto cpus = tables.cpus();
  for (const std::string& cpu : cpus) all.push_back(accuracy_against_speed(tables, cpu));
  for (Picture& one : std::vector{error_against_spread(), error_against_classes(),
                                  outcomes("float32"), outcomes("float64"), x_minus_max(),
                                  breaking(), loss_curves(), regions(), surface()})
    all.push_back(std::move(one));
  for (const std::string& cpu : cpus) all.push_back(accuracy_against_speed_of_all(tables, cpu));
  for (const std::string& cpu : cpus)
    for (Picture& one : speed(tables, cpu)) all.push_back(std::move(one));
  return all;
}

}  // namespace maxtrick::report
