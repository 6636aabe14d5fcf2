// The softmaxes whose time is divided, and their stages.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kernels/stage.hpp"
#include "numerics/rows.hpp"
#include "ops/variant.hpp"

namespace maxtrick::cost {

using kernels::Stage;

// How the exponentials are divided by their sum.
enum class Normalisation { division, reciprocal };
inline constexpr Normalisation normalisations[] = {Normalisation::division,
                                                   Normalisation::reciprocal};
[[nodiscard]] std::string name(Normalisation normalisation);
[[nodiscard]] Stage whole(Normalisation normalisation);

// Computes a stage of the rows x. The results and the numbers of the rows are those of
// kernels::Stage, except that the number of `exp` is unspecified.
using RunStage = std::function<void(Stage stage, numerics::Rows<const float> x,
                                    numerics::Rows<float> y, std::span<float> numbers)>;

struct Method {
  const ops::Variant* variant = nullptr;
  bool has_maximum = true;                      // otherwise it has no stage `maximum`, and no shift
  Normalisation own = Normalisation::division;  // what the variant itself does
  RunStage run = {};

  // Its stages, each of which includes the ones before it. The last is the whole softmax.
  [[nodiscard]] std::vector<Stage> stages(Normalisation normalisation) const;
};

// softmax.naive.scalar, softmax.max_trick.scalar, and softmax.accurate of every instruction set.
[[nodiscard]] const std::vector<Method>& methods();

}  // namespace maxtrick::cost
