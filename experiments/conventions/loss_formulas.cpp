// Conventions of losses.
#include <algorithm>
#include <cmath>

#include "conventions/formulas.hpp"
#include "ops/binary_cross_entropy.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/log_loss.hpp"
#include "ops/softmax.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::conventions {
namespace {

constexpr double keras_epsilon = 1e-7;

double loss(ops::Op op, const Values& row, const ops::Target<double>& target) {
  oracle::Question<double> question{.logits = row};
  question.coefficients = target;
  question.coefficients->classes = row.size();
  return oracle::answer<double>(op, question).loss.value().rounded;
}

std::size_t label(const Given& given, std::size_t i) {
  return static_cast<std::size_t>(given.labels[i]);
}

// `of_row(i)` for each row of `rows`.
template <class OfRow>
Answer by_row(const Matrix& rows, OfRow of_row) {
  Answer answer;
  for (std::size_t i = 0; i < rows.size(); ++i) answer.numbers.push_back(of_row(i));
  return answer;
}

double cross_entropy(const Given& given, std::size_t i) {
  return loss(ops::cross_entropy, given.logits[i], ops::Target<double>(label(given, i)));
}

Answer smoothed_over_all(const Given& given) {
  return by_row(given.logits, [&](std::size_t i) {
    ops::Target<double> target(label(given, i));
    target.smoothing = given.smoothing;
    return loss(ops::cross_entropy, given.logits[i], target);
  });
}

Answer smoothed_over_others(const Given& given) {
  return by_row(given.logits, [&](std::size_t i) {
    const auto others = static_cast<double>(given.logits[i].size() - 1);
    Values q(given.logits[i].size(), given.smoothing / others);
    q[label(given, i)] = 1 - given.smoothing;
    return loss(ops::cross_entropy, given.logits[i], ops::Target<double>(q));
  });
}

// sum_i w_i loss_i / sum_i divisor(w_i), where w_i is the weight of the label of row i.
template <class Divisor>
auto mean_over(Divisor divisor) {
  return [divisor](const Given& given) {
    double sum = 0, of = 0;
    for (std::size_t i = 0; i < given.logits.size(); ++i) {
      const double w = given.class_weights[label(given, i)];
      sum += w * cross_entropy(given, i);
      of += divisor(w);
    }
    return Answer{{sum / of}};
  };
}

bool is_ignored(const Given& given, std::size_t i) {
  return given.labels[i] == given.ignored_label;
}

// 0 / 0 if no row is kept.
Answer mean_of_kept(const Given& given) {
  double sum = 0, kept = 0;
  for (std::size_t i = 0; i < given.logits.size(); ++i) {
    if (is_ignored(given, i)) continue;
    sum += cross_entropy(given, i);
    kept += 1;
  }
  return {{kept == 0 ? nan : sum / kept}};
}

Answer mean_or_zero(const Given& given) {
  Answer mean = mean_of_kept(given);
  if (std::isnan(mean.numbers[0])) mean.numbers[0] = 0;
  return mean;
}

Answer without_ignored_rows(const Given& given) {
  return by_row(given.logits,
                [&](std::size_t i) { return is_ignored(given, i) ? 0 : cross_entropy(given, i); });
}

Answer without_ignored_class(const Given& given) {
  Given other = given;
  const auto ignored = static_cast<std::size_t>(given.ignored_label);
  for (Values& row : other.logits)
    if (ignored < row.size()) row[ignored] = -INFINITY;
  return without_ignored_rows(other);
}

// The loss of probabilities after `change` of the probability of the label.
template <class Change>
auto log_loss_after(Change change) {
  return [change](const Given& given) {
    return by_row(given.probabilities, [&](std::size_t i) {
      Values p = given.probabilities[i];
      p[label(given, i)] = change(p[label(given, i)]);
      return loss(ops::log_loss, p, ops::Target<double>(label(given, i)));
    });
  };
}
const auto log_loss_as_given = log_loss_after([](double p) { return p; });

Answer normalised(const Given& given) {
  Given other = given;
  for (Values& row : other.probabilities) {
    double sum = 0;
    for (const double p : row) sum += p;
    for (double& p : row) p /= sum;
  }
  return log_loss_as_given(other);
}

// sum_k t_k log(t_k / p_k), which is a log-loss of p_k / t_k. A term with t_k = 0 is 0.
Answer divergence(const Given& given) {
  return by_row(given.targets, [&](std::size_t i) {
    const Values& t = given.targets[i];
    Values ratios;
    for (std::size_t k = 0; k < t.size(); ++k)
      ratios.push_back(t[k] == 0 ? 1 : given.probabilities[i][k] / t[k]);
    return loss(ops::log_loss, ratios, ops::Target<double>(t));
  });
}

Answer divergence_of_clipped(const Given& given) {
  Given other = given;
  for (Matrix* rows : {&other.targets, &other.probabilities})
    for (Values& row : *rows)
      for (double& p : row) p = std::clamp(p, keras_epsilon, 1.0);
  return divergence(other);
}

Answer gradient(const Given& given) {
  Answer answer;
  for (std::size_t i = 0; i < given.logits.size(); ++i) {
    oracle::Question<double> question{.logits = given.logits[i]};
    question.coefficients = ops::Target<double>(given.targets[i]);
    question.coefficients->classes = given.logits[i].size();
    question.with_gradient = true;
    for (const auto& g : oracle::answer<double>(ops::cross_entropy, question).result)
      answer.numbers.push_back(g.rounded);
  }
  return answer;
}

Answer softmax_minus_targets(const Given& given) {
  Answer answer;
  for (std::size_t i = 0; i < given.logits.size(); ++i) {
    const auto p = oracle::answer<double>(ops::softmax, {.logits = given.logits[i]}).result;
    for (std::size_t k = 0; k < p.size(); ++k)
      answer.numbers.push_back(p[k].rounded - given.targets[i][k]);
  }
  return answer;
}

// Binary cross-entropy of each logit; `pos_weight` is for the positive term.
double binary(double x, double t, double pos_weight) {
  const Values row{x}, factors{pos_weight}, target{t};
  oracle::Question<double> question{.logits = row};
  question.coefficients = ops::Target<double>(target);
  question.coefficients->classes = 1;
  question.factors = factors;
  return oracle::answer<double>(ops::binary_cross_entropy, question).loss.value().rounded;
}

// `of(x, t, k)` for each logit x with target t in column k.
template <class Of>
Answer by_logit(const Given& given, Of of) {
  Answer answer;
  for (std::size_t i = 0; i < given.logits.size(); ++i)
    for (std::size_t k = 0; k < given.logits[i].size(); ++k)
      answer.numbers.push_back(of(given.logits[i][k], given.targets[i][k], k));
  return answer;
}

Answer ieee_binary(const Given& given) {
  return by_logit(given, [](double x, double t, std::size_t) {
    return std::isinf(x) ? std::max(x, 0.0) - x * t : binary(x, t, 1);
  });
}

}  // namespace

std::vector<Question> loss_questions() {
  return {
      {"label_smoothing",
       {"logits", "labels", "smoothing"},
       {{"over_all", "q = (1 - E) + E / K for the label, E / K for the others", smoothed_over_all},
        {"over_others", "q = 1 - E for the label, E / (K - 1) for the others",
         smoothed_over_others}}},
      {"weighted_mean",
       {"logits", "labels", "class_weights"},
       {{"sum_of_weights", "sum w_i loss_i / sum w_i, with the weight w_i of the label of row i",
         mean_over([](double w) { return w; })},
        {"rows", "sum w_i loss_i / number of rows", mean_over([](double) { return 1.0; })},
        {"weighted_rows", "sum w_i loss_i / number of rows with w_i that is not 0",
         mean_over([](double w) { return w == 0 ? 0.0 : 1.0; })}}},
      {"all_ignored",
       {"logits", "labels", "ignored_label"},
       {{"nan", "sum of the losses of kept rows / number of kept rows: 0 / 0", mean_of_kept},
        {"zero", "0 if no row is kept", mean_or_zero}}},
      {"ignored_label",
       {"logits", "labels", "ignored_label"},
       {{"drops_rows", "rows with this label have the loss 0; the class stays in all sums",
         without_ignored_rows},
        {"drops_class", "the class of this label takes part in no sum either",
         without_ignored_class}}},
      {"label_out_of_range",
       {"logits", "labels"},
       {refused(),
        {"nan", "the loss is NaN",
         [](const Given& g) { return by_row(g.logits, [](std::size_t) { return nan; }); }},
        {"zero", "q is 0 for every class, and so is the loss",
         [](const Given& g) {
           return by_row(g.logits, [&](std::size_t i) {
             const Values none(g.logits[i].size(), 0);
             return loss(ops::cross_entropy, g.logits[i], ops::Target<double>(none));
           });
         }}}},
      {"log_of_zero",
       {"probabilities", "labels"},
       {{"unclipped", "-log p", log_loss_as_given},
        {"clipped", "-log min(max(p, 1e-7), 1 - 1e-7)",
         log_loss_after([](double p) { return std::clamp(p, keras_epsilon, 1 - keras_epsilon); })},
        {"offset", "-log(p + 1e-7)", log_loss_after([](double p) { return p + keras_epsilon; })},
        {"log_clamped", "-max(log p, -100)",
         [](const Given& g) {
           Answer answer = log_loss_as_given(g);
           for (double& y : answer.numbers) y = std::min(y, 100.0);
           return answer;
         }}}},
      {"sum_of_probabilities",
       {"probabilities", "labels"},
       {{"as_given", "-log p", log_loss_as_given}, {"normalised", "-log(p / sum p)", normalised}}},
      {"zero_target",
       {"targets", "probabilities"},
       {{"zero", "sum q log(q / p), where a term with q = 0 is 0", divergence},
        {"clipped", "the same with q and p clipped to [1e-7, 1]", divergence_of_clipped}}},
      {"sum_of_targets",
       {"logits", "targets"},
       {{"derivative", "gradient = softmax(z) sum q - q", gradient},
        {"of_distribution", "gradient = softmax(z) - q, as if sum q were 1",
         softmax_minus_targets}}},
      {"pos_weight",
       {"logits", "targets", "pos_weight"},
       {{"positive_term", "w q log(1 + e^-z) + (1 - q) log(1 + e^z)",
         [](const Given& g) {
           return by_logit(
               g, [&](double x, double t, std::size_t k) { return binary(x, t, g.pos_weight[k]); });
         }},
        {"whole_loss", "w (q log(1 + e^-z) + (1 - q) log(1 + e^z))",
         [](const Given& g) {
           return by_logit(g, [&](double x, double t, std::size_t k) {
             return g.pos_weight[k] * binary(x, t, 1);
           });
         }}}},
      {"infinite_logit",
       {"logits", "targets"},
       {{"limit", "q log(1 + e^-z) + (1 - q) log(1 + e^z), where 0 inf is 0",
         [](const Given& g) {
           return by_logit(g, [](double x, double t, std::size_t) { return binary(x, t, 1); });
         }},
        {"ieee", "max(z, 0) - z q + log(1 + e^-|z|): inf - inf or 0 inf is NaN", ieee_binary}}},
  };
}

}  // namespace maxtrick::conventions
