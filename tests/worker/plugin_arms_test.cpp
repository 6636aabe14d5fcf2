// Arms of the loss whose softmax comes from a plug-in, as configs name them. A baseline need not
// contain their rows, their rows are not kept as checkpoints, and if one fails, the rows of the
// others are still computed.
#include "plan_of.hpp"
#include "test_plugins.hpp"
#include "training_configs.hpp"
#include "worker/library.hpp"
#include "worker/plugin.hpp"

BOOST_AUTO_TEST_SUITE(plugin_arms_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string arms = arm("ours", "log_of_softmax", "softmax.max_trick.scalar") +
                         arm("mine", "log_of_softmax", "softmax.mine.scalar") +
                         arm("fused", "fused");

// Data of three classes, which one of the plug-ins reports as unsupported.
const std::string three_blobs = R"([[data]]
name = "three"
generate = "blobs"
samples = 90
centres = [[-5, 2], [-2, -2], [1, 2]]
seed = 2
)";
const std::string task_of_three = R"(name = "three"
data = "three"
hidden = [5]
epochs = 2
batch = 16
optimiser = "sgd"
learning_rate = 0.1
)";

const std::string training = head_of("training") + "seeds = 2\n" + three_blobs + arms +
                             "[[task]]\n" + task_of_three +
                             "arms = [\"ours\", \"mine\", \"fused\"]\n";
const std::string breaking = head_of("breaking") + "seeds = 2\n" + three_blobs + arms + "[task]\n" +
                             task_of_three +
                             "[[condition]]\nname = \"as_it_is\"\nhazard = \"-\"\nsource = \"-\"\n";
const std::string loss = head_of("loss") + "dtypes = [\"float32\"]\ntargets = [\"sparse\"]\n" +
                         arms +
                         R"([[case]]
name = "led"
hazard = "H"
source = "S"
dtype = "float32"
targets = "sparse"
logits = [[9, 1, 2], [1, 2, 3]]
labels = [0, 0]
)";

const std::string losses_of_gaps =
    head_of("loss") +
    "dtypes = [\"float32\", \"float16\"]\ntargets = [\"sparse\", \"one_hot\"]\ngaps = [3]\n"
    "classes = [5]\nexamples = 20\nmax_logits = 1000\nseed = 1\n" +
    arm("ours", "fused_log1p") +
    "[[view]]\ndtype = \"float32\"\nclasses = 5\ntargets = \"sparse\"\n";

// Replaces the softmax by one that fails.
std::string failing(const std::string& config) {
  return replaced(config, "softmax.mine.scalar", "softmax.returns_an_error.scalar");
}

// Returns the keys of the foreign cases, and the number of all cases.
std::pair<std::vector<std::string>, std::size_t> foreign(const std::string& experiment,
                                                         const std::string& config) {
  [[maybe_unused]] static const bool added =
      (worker::add(worker::open(plugin_file("plain_loop"))), true);
  const run::Plan plan = plan_of(experiment, config);
  std::vector<std::string> keys;
  for (const run::Case& one : plan.cases)
    if (one.foreign) keys.push_back(one.key.text());
  return {keys, plan.cases.size()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(rows_of_theirs_are_foreign) {
  const auto of_training = foreign("training", training);
  BOOST_TEST(of_training.first.size() * 3 + 2 == of_training.second);  // two rows are of bayes
  for (const std::string& key : of_training.first) BOOST_TEST(key.starts_with("three/mine/"), key);
  const auto of_loss = foreign("loss", loss);
  BOOST_REQUIRE_EQUAL(of_loss.first.size(), 1U);
  BOOST_TEST(of_loss.first[0].ends_with("/mine"));
  // The best arm determines which of the others learn, so all arms of the condition are foreign.
  const auto of_breaking = foreign("breaking", breaking);
  BOOST_TEST(of_breaking.first.size() == 3U);
  BOOST_TEST(of_breaking.second == 3U);
  for (const auto& config : {std::pair("training", training), std::pair("breaking", breaking)})
    BOOST_TEST(foreign(config.first,
                       replaced(config.second, "softmax.mine.scalar", "softmax.naive.scalar"))
                   .first.empty());
}

// The user's softmax before each formula of the loss gives the same results as ours.
BOOST_AUTO_TEST_CASE(a_loss_takes_them_by_name) {
  const Workdir folder("c.toml", loss);
  folder.exits(0, "$MAXTRICK run c.toml -o out" + option("plain_loop"));
  const auto rows = rows_by({"arm"}, folder.read("out/c.csv"));
  const Cells &mine = rows.at("mine"), &ours = rows.at("ours");
  for (const std::string column : {"outcome", "mean_loss", "exact_loss"})
    BOOST_TEST(mine.at(column) == ours.at(column), column);
  BOOST_TEST(number(mine, "gradient_error_u") < 4);
}

// A loss of a plug-in is an arm of its own in every table of the experiment `loss`: where it has the
// type, and for coefficients if it takes them.
BOOST_AUTO_TEST_CASE(a_loss_of_theirs_joins_the_table_of_losses) {
  const Workdir folder("c.toml", losses_of_gaps);
  folder.exits(0, "$MAXTRICK run c.toml -o without");
  folder.exits(0, "$MAXTRICK run c.toml -o with --filter 'ours|complete|plain|by_double'" +
                      option("every_argument") + option("every_op"));
  const auto read = [&](const std::string& name) {
    return rows_by({"dtype", "targets", "arm"}, folder.read(name));
  };
  const auto without = read("without/c.csv"), with = read("with/c.csv");
  for (const auto& [key, row] : without) BOOST_TEST((with.at(key) == row), key);
  const std::string gradient = "cross_entropy_gradient.", loss_alone = "cross_entropy.";
  for (const std::string& key :
       {"float32/sparse/" + gradient + "complete", "float32/one_hot/" + gradient + "complete",
        "float16/sparse/" + gradient + "complete", "float16/one_hot/" + gradient + "complete",
        "float32/sparse/" + gradient + "plain", "float32/sparse/" + gradient + "by_double"}) {
    const Cells& row = with.at(key);
    BOOST_TEST(row.at("outcome") == "ok", key);
    BOOST_TEST(number(row, "loss_error_u") <= 2, key);
    BOOST_TEST(number(row, "gradient_error_u") <= 2, key);
    BOOST_TEST(
        row.at("mean_loss") ==
        with.at(key.substr(0, key.find('/')) + "/sparse/" + gradient + "complete").at("mean_loss"));
  }
  // Without coefficients there are no one-hot targets, and other types are left out.
  BOOST_TEST(!with.contains("float32/one_hot/" + gradient + "plain"));
  BOOST_TEST(!with.contains("float16/sparse/" + gradient + "by_double"));
  // A loss without a gradient has no cells for one.
  const Cells& alone = with.at("float32/one_hot/" + loss_alone + "complete");
  BOOST_TEST(number(alone, "loss_error_u") <= 2);
  check_cells(alone, {{"outcome", "ok"},
                      {"gradient_error_u", ""},
                      {"gradient_relative_error", ""},
                      {"lost_gradients", ""},
                      {"zero_gradients", ""},
                      {"still_gradients", ""},
                      {"infinite_gradients", ""}});
  BOOST_TEST(contains(folder.read("with/c.manifest.json"), "every argument 2 (plug-in, SHA-256 "));
  // The baseline has no row of theirs.
  folder.exits(0, "$MAXTRICK check c.toml --baseline without --filter 'ours|complete'" +
                      option("every_argument"));
  // A loss that fails costs no other its rows.
  folder.exits(5, "$MAXTRICK run c.toml -o failing" + option("every_argument"))
      .err_has("cross_entropy.reads_behind_coefficients: reads outside its coefficients");
  BOOST_TEST(read("failing/c.csv").contains("float32/one_hot/" + loss_alone + "complete"));
}

BOOST_AUTO_TEST_CASE(one_that_fails_costs_no_other_arm_its_rows) {
  for (const std::string& config : {training, breaking, loss}) {
    const Workdir folder("c.toml", failing(config));
    folder.exits(5, "$MAXTRICK run c.toml -o out" + option("misbehaves"))
        .err_has("skipped: softmax.returns_an_error.scalar: returned error 42\n");
    std::set<std::string> arms_with_rows;
    for (const Cells& row : rows_of(folder.read("out/c.csv"))) arms_with_rows.insert(row.at("arm"));
    BOOST_TEST(arms_with_rows.contains("ours"));
    BOOST_TEST(arms_with_rows.contains("fused"));
    BOOST_TEST(!arms_with_rows.contains("mine"));
  }
}

BOOST_AUTO_TEST_CASE(one_that_fails_is_left_out_of_an_export) {
  const Workdir folder;
  const auto model = [](const std::string& arm) {
    return "[[export]]\ntask = \"three\"\narm = \"" + arm + "\"\nseed = 0\n";
  };
  folder.write("c.toml", failing(training) + model("mine") + model("ours"));
  folder.exits(5, "$MAXTRICK run c.toml -o out --export models" + option("misbehaves"))
      .err_has("three-mine-0 skipped: softmax.returns_an_error.scalar: returned error 42\n");
  BOOST_TEST(folder.has("models/three-ours-0/logits.npy"));
  BOOST_TEST(!folder.has("models/three-mine-0"));
}

BOOST_AUTO_TEST_SUITE_END()
