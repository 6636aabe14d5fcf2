// `maxtrick run --export` writes the network that was trained, and writes nothing if there is an
// error.
#include "config_runs.hpp"
#include "io/array.hpp"

BOOST_AUTO_TEST_SUITE(export_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using io::Array;

const std::string head =
    head_of("training") +
    "seeds = 1\n"
    "[[data]]\nname = \"four\"\ngenerate = \"blobs\"\nsamples = 150\n"
    "centres = [[-5, 2], [-2, -2], [1, 2], [5, -2]]\nseed = 3\n"
    "[[data]]\nname = \"two\"\ngenerate = \"blobs\"\nsamples = 90\n"
    "centres = [[-1, -1], [1, 1]]\nseed = 2\n"
    "[[arm]]\nname = \"fused\"\nloss = \"fused\"\n"
    "[[arm]]\nname = \"clip\"\nloss = \"clip\"\nsoftmax = \"softmax.max_trick.scalar\"\n"
    "[[arm]]\nname = \"bce\"\nloss = \"bce_fused\"\n";

std::string task(const std::string& name, const std::string& data, const std::string& arms,
                 const std::string& hidden) {
  return "[[task]]\nname = \"" + name + "\"\ndata = \"" + data + "\"\n" + hidden +
         "epochs = 3\nbatch = 32\noptimiser = \"adam\"\nlearning_rate = 0.01\narms = " + arms +
         "\n";
}

std::string model(const std::string& task, const std::string& arm, const std::string& seed = "0") {
  return "[[export]]\ntask = \"" + task + "\"\narm = \"" + arm + "\"\nseed = " + seed + "\n";
}

const std::string tasks = task("lab", "four", "[\"fused\", \"clip\"]", "hidden = [7, 5]\n") +
                          task("line", "two", "[\"bce\"]", "") + "first_categories = [1, 0]\n";

// A folder with the config that has the given exports.
struct Configured : Workdir {
  explicit Configured(const std::string& exports) { write("t.toml", head + tasks + exports); }
  Said train(int code, const std::string& options) const {
    return exits(code, "$MAXTRICK run t.toml " + options);
  }
  [[nodiscard]] Array array(const std::string& name) const { return io::read_array(*this / name); }
};

// Computes the logits of the points X by plain loops over the weights in `folder`.
Array forward(const Configured& model, const std::string& folder, Array X, int layers) {
  for (double& x : X.values) x = double{static_cast<float>(x)};
  for (int n = 1; n <= layers; ++n) {
    const Array W = model.array(fmt::format("{}/weights_{}.npy", folder, n));
    const Array b = model.array(fmt::format("{}/biases_{}.npy", folder, n));
    BOOST_REQUIRE_EQUAL(W.shape[0], X.shape[1]);
    BOOST_REQUIRE_EQUAL(W.shape[1], b.shape[0]);
    BOOST_CHECK(W.type == io::NumberType::float32 && b.type == io::NumberType::float32);
    BOOST_TEST((W.shape.size() == 2 && b.shape.size() == 1));
    Array Y{{X.shape[0], W.shape[1]}};
    for (std::size_t i = 0; i < X.shape[0]; ++i)
      for (std::size_t j = 0; j < W.shape[1]; ++j) {
        double sum = b.values[j];
        for (std::size_t k = 0; k < W.shape[0]; ++k)
          sum += X.values[i * X.shape[1] + k] * W.values[k * W.shape[1] + j];
        Y.values.push_back(n < layers ? std::max(sum, 0.0) : sum);
      }
    X = Y;
  }
  return X;
}

// Returns the mean cross-entropy. A single column is the logit of class 1 of two.
double mean_loss(const Array& z, const Array& labels) {
  double sum = 0;
  for (std::size_t i = 0; i < z.shape[0]; ++i) {
    const double* const row = z.values.data() + i * z.shape[1];
    double all = z.shape[1] == 1 ? 1 : 0;
    for (std::size_t k = 0; k < z.shape[1]; ++k) all += std::exp(row[k]);
    const auto label = static_cast<std::size_t>(labels.values[i]);
    sum += std::log(all) - (z.shape[1] > 1 ? row[label] : label == 1 ? row[0] : 0);
  }
  return sum / static_cast<double>(z.shape[0]);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_network_that_was_trained_is_written) {
  const Configured folder(model("lab", "fused") + model("lab", "clip") + model("line", "bce"));
  const Said said = folder.train(0, "--export model");
  BOOST_REQUIRE_EQUAL(said.code, 0);
  said.err_is("");
  BOOST_REQUIRE_EQUAL(folder.run("$MAXTRICK data t.toml -o data").code, 0);
  const auto rows = rows_of(folder.read("results/t.csv"));
  for (const auto& [task, arm, data, layers] :
       {std::tuple("lab", "fused", "four", 3), std::tuple("lab", "clip", "four", 3),
        std::tuple("line", "bce", "two", 1)}) {
    const std::string in = fmt::format("model/{}-{}-0", task, arm);
    const Array z = folder.array(in + "/logits.npy"), y = folder.array(in + "/labels.npy");
    const Array expected =
        forward(folder, in, folder.array(fmt::format("data/{}/X.npy", data)), layers);
    BOOST_CHECK(z.type == io::NumberType::float32);
    BOOST_REQUIRE_EQUAL(z.shape[0], expected.shape[0]);
    BOOST_REQUIRE_EQUAL(z.shape[1], expected.shape[1]);
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < z.values.size(); ++i) {
      worst = std::max(worst, std::abs(z.values[i] - expected.values[i]));
      largest = std::max(largest, std::abs(expected.values[i]));
    }
    BOOST_TEST(worst <= 20 * 0x1p-24 * largest, in);  // at most three sums of eight terms
    BOOST_TEST(largest > 1, in);
    BOOST_TEST(folder.read(in + "/labels.npy") == folder.read(fmt::format("data/{}/y.npy", data)),
               in);
    // The exported network is the run that the table reports.
    bool found = false;
    for (const Cells& row : rows)
      if (row.at("task") == task && row.at("arm") == arm && row.at("quantity") == "exact_loss") {
        BOOST_TEST(number(row, "median") == mean_loss(z, y), boost::test_tools::tolerance(1e-5));
        found = true;
      }
    BOOST_TEST(found, in);
    said.out_has(
        fmt::format("{}/logits.npy: {} x {}, sha256 of the data ", in, z.shape[0], z.shape[1]));
  }
  // The models have three layers, three layers and one layer. There are two files for each layer
  // and two more for each model.
  BOOST_TEST(std::count(said.out.begin(), said.out.end(), '\n') == 1 + 8 + 8 + 4);
  BOOST_TEST(!folder.has("model/line-bce-0/weights_2.npy"));
  BOOST_TEST((folder.array("model/lab-fused-0/logits.npy").values !=
              folder.array("model/lab-clip-0/logits.npy").values));
}

BOOST_AUTO_TEST_CASE(exported_logits_are_an_input) {
  const Configured folder(model("lab", "fused"));
  const Said said = folder.exits(
      0,
      "$MAXTRICK run t.toml --export . >/dev/null && $MAXTRICK eval softmax --format csv "
      "--input lab-fused-0/logits.npy --variant softmax.max_trick.scalar");
  const auto rows = rows_of(said.out);
  BOOST_TEST(rows.size() == 2 * 150U);
  BOOST_TEST(rows.back().at("row") == "149");
  for (const Cells& row : rows) BOOST_TEST(row.at("dtype") == "float32");
  const Said loss =
      folder.exits(0,
                   "$MAXTRICK eval cross_entropy --format csv --input lab-fused-0/logits.npy "
                   "--labels lab-fused-0/labels.npy --variant fused --dtype float64");
  const Cells mean = rows_of(loss.out).at(2 * 150);
  BOOST_TEST(mean.at("row") == "mean over 150 rows");
  BOOST_TEST(number(mean, "loss") == mean_loss(folder.array("lab-fused-0/logits.npy"),
                                               folder.array("lab-fused-0/labels.npy")),
             boost::test_tools::tolerance(1e-12));
}

// --filter selects rows and does not affect the export; --set changes what is trained and exported.
BOOST_AUTO_TEST_CASE(filter_set_and_jobs) {
  const Configured folder(model("lab", "fused"));
  folder.train(0, "--export all -j 1");
  folder.train(0, "--export part -j 5 --filter '^line/bce/accuracy$'");
  folder.exits(0, "diff -r all part");
  folder.train(0,
               "--export more --set seeds=3 --set 'export=[{task=\"lab\",arm=\"fused\",seed=0},"
               "{task=\"lab\",arm=\"fused\",seed=2}]'");
  folder.exits(0, "diff -r all/lab-fused-0 more/lab-fused-0");
  folder.exits(1, "cmp -s more/lab-fused-0/logits.npy more/lab-fused-2/logits.npy");
  folder.train(5, "--export none --filter nowhere");
  folder.train(0, "--export none --dry-run");
  BOOST_TEST(!folder.has("none"));
}

BOOST_AUTO_TEST_CASE(errors_name_their_place) {
  const auto expect = [](const std::string& exports, const std::string& first,
                         const std::string& rest = "") {
    const Configured folder(exports);
    const Said said = folder.train(2, "--export model");
    BOOST_TEST((!folder.has("model") && !folder.has("results")));
    BOOST_TEST(said.err.substr(0, said.err.find('\n')) == first);
    said.err_has(rest);
  };
  expect(model("lib", "fused"), "t.toml:46:8: error: 'lib' is not a known value of 'task'",
         "did you mean 'lab'?");
  expect(model("lab", "bce"), "t.toml:47:7: error: 'bce' is not a known value of 'arm'",
         "one of: fused, clip");
  expect(model("lab", "clip", "1"), "t.toml:48:8: error: key 'seed' is 1", "0");
  expect(model("lab", "clip", "-1"), "t.toml:48:8: error: key 'seed' is -1");
  expect(model("lab", "clip") + model("line", "bce") + model("lab", "clip"),
         "t.toml:56:8: error: duplicate export 'lab-clip-0'",
         "because line 48 already has this one");
  expect(model("lab", "clip") + "sed = 1\n", "t.toml:49:1: error: unknown key 'sed'");
  expect("[[export]]\ntask = \"lab\"\narm = \"fused\"\n", "t.toml:45:1: error: missing key 'seed'");
}

BOOST_AUTO_TEST_CASE(a_config_without_exports_is_a_usage_error) {
  const Configured folder("");
  folder.train(2, "--export model")
      .err_is("maxtrick: run: --export: t.toml has no [[export]]\n")
      .out_is("");
  folder.write("a.toml", head + tasks + model("lab", "clip"));
  folder.write("b.toml", head + tasks + model("lab", "fused") + model("lab", "clip"));
  folder.exits(2, "$MAXTRICK run a.toml b.toml --export model")
      .err_is("maxtrick: run: --export: a.toml and b.toml both export lab-clip-0\n");
  BOOST_TEST((!folder.has("model") && !folder.has("results")));
}

BOOST_AUTO_TEST_CASE(a_model_whose_data_are_not_here_is_said_and_the_others_are_written) {
  const Workdir folder;
  std::string text = head + tasks + model("line", "bce") + model("lab", "fused");
  const std::string two =
      "generate = \"blobs\"\nsamples = 90\ncentres = [[-1, -1], [1, 1]]\nseed = 2\n";
  const auto at = text.find(two);
  BOOST_REQUIRE(at != std::string::npos);
  folder.write("t.toml", text.replace(at, two.size(),
                                      "path = \"X.npy\"\nlabels = \"y.npy\"\nclasses = "
                                      "2\nobtain = \"Ask.\"\n"));
  folder.exits(5, "$MAXTRICK run t.toml --export model -o out")
      .err_has("line-bce-0 skipped: X.npy does not exist. Ask.\n");
  BOOST_TEST(folder.has("model/lab-fused-0/logits.npy"));
  BOOST_TEST(!folder.has("model/line-bce-0"));
}

// Not even root can create a folder below a file.
BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_said_before_the_work) {
  const Configured folder(model("lab", "fused") + model("line", "bce"));
  folder.write("file", "a file");
  folder.write("part/line-bce-0", "a file");
  for (const std::string where : {"file", "file/deep", "part"}) {
    folder.train(6, "--export " + where).out_is("").err_has("cannot write into " + where);
  }
  BOOST_TEST((!folder.has("results") && !folder.has("part/lab-fused-0")));
  BOOST_TEST(folder.read("file") == "a file");
}

// The command that lab_logits.toml states in `obtain` produces its logits. It is run here without
// OPENBLAS_CORETYPE, because the rows of the table must hold with whatever kernels OpenBLAS selects.
BOOST_AUTO_TEST_CASE(the_committed_config_exports_the_lab) {
  const std::string project = MAXTRICK_SOURCE_DIR;
  const Workdir folder;
  folder.exits(0, "$MAXTRICK run " + project +
                      "/configs/training.toml --filter lab/bayes --export build/model");
  for (const std::string arm : {"preferred", "obvious"}) {
    const Array z = io::read_array(folder / ("build/model/lab-" + arm + "-0/logits.npy"));
    BOOST_TEST(z.shape[0] == 2000U);
    BOOST_TEST(z.shape[1] == 4U);
  }
  // All rows, but not the whole table at once: the manifest has the digest of the logits, whose last
  // bits depend on the core.
  for (const std::string rows : {"float16", "/float32/"})
    folder.exits(0, "$MAXTRICK check " + project + "/configs/external/lab_logits.toml --baseline " +
                        project + "/results --filter " + rows);
  folder.exits(0, "$MAXTRICK run " + project + "/configs/external/lab_accuracy.toml --dry-run");
}

// The committed tables have the properties that the two configs state.
BOOST_AUTO_TEST_CASE(the_committed_tables) {
  const std::string results = MAXTRICK_SOURCE_DIR "/results/";
  for (const Cells& row : rows_of(io::read_file(results + "lab_logits.csv"))) {
    const bool unshifted = row.at("variant").find("naive") != std::string::npos;
    const bool lost = unshifted && row.at("dtype") == "float16";
    check_cells(row, {{"overflows", (lost ? "1" : "0")}, {"violations", "0"}});
  }
  std::map<std::string, Cells> float32;
  for (const Cells& row : rows_of(io::read_file(results + "lab_accuracy.csv"))) {
    BOOST_TEST(row.at("rows") == "2000");
    if (row.at("dtype") == "float32") float32[row.at("variant")] = row;
  }
  const auto worst = [&](const std::string& name) {
    return number(float32.at(name), "max_error_ulp");
  };
  BOOST_TEST(worst("softmax.naive.scalar") < 4);
  BOOST_TEST(worst("softmax.max_trick.scalar") > 15);
  for (const auto& [name, row] : float32)
    if (name.starts_with("log_softmax"))
      BOOST_TEST(
          (number(row, "max_error_ulp") < 10) ==
              (name.starts_with("log_softmax.accurate.") || name.starts_with("log_softmax.fast.") ||
               name == "log_softmax.shifted_log1p.scalar"),
          name);
}

BOOST_AUTO_TEST_SUITE_END()
