// The rows of public reports in the tables overflow and loss: reports.csv states for each the numbers
// that are right, with the digits that are known. An input that is changed by mistake gives others.
// What the tables cannot express, such as an axis, is a command of eval.
#include "config/config.hpp"
#include "inputs/digits.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "loss/exact_loss.hpp"
#include "loss/loss_grid.hpp"
#include "ops/dtype.hpp"
#include "ops/registry.hpp"
#include "oracle/oracle.hpp"
#include "program.hpp"
#include "result_rows.hpp"

BOOST_AUTO_TEST_SUITE(reports_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::filesystem::path project = MAXTRICK_SOURCE_DIR;

std::string config_text(const std::string& name) {
  return io::read_file(project / "configs" / (name + ".toml"));
}

// Returns the exact result of a case of overflow, of its logits in its first type.
std::vector<double> of_overflow(const std::string& name, const std::string& op) {
  config::ConfigFile file(config_text("overflow"), "overflow.toml");
  config::Section root = file.root();
  for (config::Section& section : root.tables("case")) {
    if (section.text("name") != name) continue;
    const std::vector<double> logits = inputs::read_logits(section, "logits").make();
    std::vector<double> values;
    ops::with_storage(inputs::read_dtypes(section).at(0), [&]<class S>(std::type_identity<S>) {
      const std::vector<S> row = inputs::rounded<S>(logits);
      for (const auto& y : oracle::exact<S>(ops::parse_op(op).value(), std::span<const S>(row)))
        values.push_back(y.value());
    });
    return values;
  }
  return {};
}

std::vector<double> of_loss(const std::string& name, const std::string& what) {
  config::ConfigFile file(config_text("loss"), "loss.toml");
  config::Section root = file.root();
  const loss::LossConfig read = loss::read_loss_config(root);
  for (const loss::LossCase& one : read.cases) {
    if (one.name != name) continue;
    const inputs::LabelledLogits examples = inputs::rounded(one.examples, one.dtype);
    std::vector<double> losses, gradient;
    double sum = 0;
    for (const auto& exact : loss::exact_losses(examples)) {
      losses.push_back(exact.loss.high);
      sum += exact.loss.high;
      for (const numerics::Pair g : exact.gradient) gradient.push_back(g.high);
    }
    if (what == "mean") return {sum / examples.mean_divisor()};
    return what == "losses" ? losses : gradient;
  }
  return {};
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

// Whether a value rounds to the digits that are stated.
bool rounds_to(const std::string& stated, double value) {
  if (std::isnan(value)) return stated == "nan";
  if (std::isinf(value)) return stated == (value < 0 ? "-inf" : "inf");
  return inputs::compare(stated, value).rounded;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_stated_number_is_that_of_the_input) {
  const auto rows = rows_of(io::read_file(project / "tests/experiments/reports.csv"));
  std::size_t of_tables = 0;
  for (const Cells& row : rows) {
    if (row.at("where") != "overflow" && row.at("where") != "loss") continue;
    ++of_tables;
    const std::string& name = row.at("what");
    const auto stated = words(row.at("stated"));
    const auto values = row.at("where") == "overflow" ? of_overflow(name, row.at("value"))
                                                      : of_loss(name, row.at("value"));
    BOOST_TEST(!values.empty(), name);
    if (stated.size() > 1) BOOST_TEST(values.size() == stated.size(), name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string& due = stated.at(stated.size() == 1 ? 0 : i);  // one number for equal ones
      BOOST_TEST(rounds_to(due, values[i]),
                 fmt::format("{}, {}, {} [{}]: stated {}, exact {:.17g}", row.at("report"), name,
                             row.at("value"), i, due, values[i]));
    }
  }
  BOOST_TEST(of_tables > 45U);
}

BOOST_AUTO_TEST_CASE(eval_gives_what_is_stated) {
  const Workdir folder;
  for (const Cells& row : rows_of(io::read_file(project / "tests/experiments/reports.csv"))) {
    const std::string command = "$MAXTRICK eval " + row.at("what");
    if (row.at("where") == "eval")
      folder.exits(0, command + " --variant exact --dtype float64 --rtol 5e-9 '--expect=" +
                          row.at("stated") + "'");
    if (row.at("where") == "refused") folder.exits(2, command).err_has(row.at("stated"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
