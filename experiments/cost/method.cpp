#include "cost/method.hpp"

#include "cost/loops.hpp"
#include "kernels/softmax_stages.hpp"
#include "ops/registry.hpp"

namespace maxtrick::cost {
namespace {

std::vector<Method> all_methods() {
  std::vector<Method> all{
      {.variant = ops::find_variant("softmax.naive.scalar"), .has_maximum = false, .run = naive},
      {.variant = ops::find_variant("softmax.max_trick.scalar"), .run = max_trick}};
  for (const kernels::Isa isa : kernels::all_isas)
    all.push_back(
        {.variant = ops::find_variant("softmax.accurate." + std::string(kernels::name(isa))),
         .own = Normalisation::reciprocal,
         .run = [isa](Stage stage, numerics::Rows<const float> x, numerics::Rows<float> y,
                      std::span<float> numbers) {
           kernels::softmax_stage(isa, stage, {x.data, x.rows, x.columns, x.stride},
                                  {y.data, y.rows, y.columns, y.stride}, numbers);
         }});
  return all;
}

}  // namespace

std::string name(Normalisation normalisation) {
  return normalisation == Normalisation::division ? "division" : "reciprocal";
}

Stage whole(Normalisation normalisation) {
  return normalisation == Normalisation::division ? Stage::division : Stage::reciprocal;
}

std::vector<Stage> Method::stages(Normalisation normalisation) const {
  std::vector<Stage> all{Stage::copy, Stage::exp, Stage::sum, whole(normalisation)};
  if (has_maximum) all.insert(all.begin() + 1, Stage::maximum);
  return all;
}

const std::vector<Method>& methods() {
  static const std::vector<Method> all = all_methods();
  return all;
}

}  // namespace maxtrick::cost
