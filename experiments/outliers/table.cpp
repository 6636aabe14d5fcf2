#include "outliers/table.hpp"

#include <fmt/format.h>

#include <cmath>

#include "table/quantile.hpp"

namespace maxtrick::outliers {
namespace {

using table::Rule;

Columns::One exact(const char* name, const char* what, double Answer::*member) {
  // Bounded, so that the Markdown file shows four digits.
  const table::Tolerance none{table::Measure::ulp, 0, "the exact number, rounded once"};
  return {name, none, what, [member](const Found& found) -> table::Cell {
            if (!found.answer) return {};
            return (*found.answer).*member;
          }};
}

// The bound in the rows of which `has_value` holds.
Columns::One bound(const char* name, const char* what, bool (*has_value)(const Found&)) {
  return {name, Rule::exact, what, [has_value](const Found& found) -> table::Cell {
            if (!has_value(found)) return {};
            return found.bound;
          }};
}

// Adds the quartiles and the median of a member over the seeds.
void add_quartiles(std::vector<Columns::One>& columns, const std::string& name,
                   const table::Tolerance& tolerance, const std::string& what,
                   double Effect::*member) {
  struct Quantile {
    const char *ending, *word;
    double q;
  };
  for (const Quantile& one :
       {Quantile{"_q1", ": first quartile over the seeds", 0.25},
        Quantile{"_median", ": median", 0.5}, Quantile{"_q3", ": third quartile", 0.75}}) {
    const auto read = [member, q = one.q](const Found& found) -> table::Cell {
      if (found.effects.empty()) return {};
      std::vector<double> values;
      for (const Effect& effect : found.effects) values.push_back(effect.*member);
      return table::short_number(table::quantile(std::move(values), q));
    };
    columns.push_back({name + one.ending, tolerance, what + one.word, read});
    if (name != "share_before") columns.back().shown_only = {{"compared", "no"}};
  }
}

table::Tolerance of_training(double value, table::Range range = {}) {
  return {table::Measure::absolute, value,
          "another core of OpenBLAS adds in another order, and training amplifies the difference; "
          "measured with three cores",
          range};
}

double median_change(const Found& found) {
  std::vector<double> changes;
  for (const Effect& effect : found.effects) changes.push_back(effect.accuracy_change);
  return table::quantile(std::move(changes), 0.5);
}

}  // namespace

Columns columns() {
  std::vector<Columns::One> all{
      {"part", Rule::key,
       "gap: a logit that leads, exactly; mislabelled, distant: training with such examples",
       &Point::part},
      {"setting", Rule::key, "gap: the row of the other logits; else the task", &Point::setting},
      {"activation", Rule::key, "what makes probabilities of the logits", &Point::activation},
      {"outlier", Rule::key, "the gap; else the changed examples", &Point::outlier},
      exact("leader", "probability of the leader; nan where the activation has none",
            &Answer::leader),
      exact("runner_up", "probability of the runner-up, the first of the largest other logits",
            &Answer::runner_up),
      exact("entropy", "-sum p log p", &Answer::entropy),
      exact("sensitivity", "derivative of the leader's probability by its own logit",
            &Answer::sensitivity),
      exact("loss", "-log p of the runner-up: the loss if it is the label", &Answer::loss),
      exact("loss_of_leader", "-log p of the leader: the loss if it is the label",
            &Answer::loss_of_leader),
      exact("loss_difference", "the loss minus the loss of the leader", &Answer::loss_difference),
      exact("gradient_leader", "derivative of the loss by the leader's logit",
            &Answer::gradient_leader),
      exact("gradient_length", "length of the gradient of the loss by all logits",
            &Answer::gradient_length),
      bound("gradient_bound",
            "the largest possible length of that gradient, sqrt 2 / temperature for softmax; empty "
            "if there is none",
            [](const Found& found) { return found.answer.has_value(); }),
  };
  all.push_back({"loses", Rule::exact,
                 "whether the median accuracy on the right examples is more than 0.25 below that "
                 "after training without the outliers",
                 [](const Found& found) -> table::Cell {
                   if (found.effects.empty()) return {};
                   return median_change(found) < -0.25;
                 }});
  all.push_back({"compared", Rule::exact,
                 "whether the columns of training that follow, other than share_before, are "
                 "compared: not for sums and for outliers that the config calls chaotic, whose "
                 "training depends on the last bits",
                 [](const Point& point, const Found& found) -> table::Cell {
                   if (found.effects.empty()) return {};
                   return point.compared;
                 }});
  add_quartiles(
      all, "share_before",
      table::Tolerance{table::Measure::relative, 1e-5, "six digits are stored", table::of_a_share},
      "share of the outliers in the sum of the lengths of all examples' gradients by the "
      "weights, before training",
      &Effect::share_before);
  add_quartiles(all, "share_after", of_training(2e-5, table::of_a_share), "the same after training",
                &Effect::share_after);
  add_quartiles(all, "logit_gradient", of_training(1e-4, table::not_negative),
                "largest length of the gradient of an outlier's loss by the logits, after training "
                "with it and without it",
                &Effect::logit_gradient);
  all.push_back(bound("logit_gradient_bound",
                      "the largest possible length of that gradient, as above",
                      [](const Found& found) { return !found.effects.empty(); }));
  add_quartiles(all, "loss_without", of_training(0.005),
                "mean loss of the outliers after training without them", &Effect::loss_without);
  add_quartiles(all, "confidence_without", of_training(1e-4, table::of_a_share),
                "mean probability of their predicted class after training without them",
                &Effect::confidence_without);
  add_quartiles(all, "loss_with", of_training(0.01),
                "mean loss of the outliers after training with them", &Effect::loss_with);
  add_quartiles(all, "confidence_with", of_training(1e-4, table::of_a_share),
                "mean probability of their predicted class after training with them",
                &Effect::confidence_with);
  add_quartiles(all, "accuracy", of_training(0.001, table::of_a_share),
                "accuracy on all examples in their right places with their right labels, after "
                "training with the outliers",
                &Effect::accuracy);
  add_quartiles(all, "accuracy_change", of_training(0.001, {-1, 1}),
                "the same minus the accuracy after training without them",
                &Effect::accuracy_change);
  add_quartiles(all, "mean_loss", of_training(2e-4),
                "mean loss of the same examples after training with the outliers", &Effect::loss);
  add_quartiles(all, "loss_change", of_training(2e-4),
                "the same minus the mean loss after training without them", &Effect::loss_change);
  add_quartiles(all, "probability_change", of_training(2e-4, table::of_a_share),
                "mean absolute change of the probability of the right class over the examples that "
                "are no outliers",
                &Effect::probability_change);
  all.push_back({"seeds", Rule::exact, "number of training runs with the outlier, and without",
                 [](const Found& found) -> table::Cell {
                   if (found.effects.empty()) return {};
                   return found.effects.size();
                 }});
  all.push_back({"hazard", Rule::exact, "what the outlier is", &Point::hazard});
  return Columns(std::move(all));
}

std::optional<double> gradient_bound(const Activation& activation) {
  if (activation.is_sum()) return std::nullopt;
  return std::sqrt(2.0) / activation.temperature;
}

void add_gap_views(table::ResultTable& table, const Others& others) {
  const std::string row = fmt::format("{}, {} classes", others.name, others.classes);
  const auto pivot = [&](std::string title, std::vector<std::string> cells) {
    table.pivots.push_back({.title = fmt::format("{}: {}, by gap", row, title),
                            .row = "outlier",
                            .column = "activation",
                            .cells = std::move(cells),
                            .only = {{"part", "gap"}, {"setting", others.name}}});
  };
  pivot("probability of the leader and of the runner-up", {"leader", "runner_up"});
  pivot("loss if the runner-up is the label, and length of its gradient",
        {"loss", "gradient_length"});
  pivot("sensitivity of the leader's probability, and entropy", {"sensitivity", "entropy"});
}

void add_training_views(table::ResultTable& table, const std::string& task) {
  const auto pivot = [&](std::string title, std::vector<std::string> cells) {
    table.pivots.push_back({.title = fmt::format("{}: {}", task, title),
                            .row = "outlier",
                            .column = "activation",
                            .cells = std::move(cells),
                            .only = {{"setting", task}}});
  };
  pivot("accuracy after training with the outliers (median), and its change (quartiles, median)",
        {"accuracy_median", "accuracy_change_q1", "accuracy_change_median", "accuracy_change_q3"});
  pivot("change of the others' probabilities: quartiles and median",
        {"probability_change_q1", "probability_change_median", "probability_change_q3"});
  pivot("share of the outliers in the gradient, before and after training; median",
        {"share_before_median", "share_after_median"});
  pivot("loss of the outliers and confidence there, after training without them; median",
        {"loss_without_median", "confidence_without_median"});
  pivot("the same after training with them", {"loss_with_median", "confidence_with_median"});
  pivot("change of the mean loss: quartiles and median",
        {"loss_change_q1", "loss_change_median", "loss_change_q3"});
}

}  // namespace maxtrick::outliers
