// The command line: parses the options and runs the chosen command.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <new>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "cli/commands.hpp"
#include "cli/eval/command_line.hpp"
#include "config/config.hpp"
#include "io/files.hpp"
#include "kernels/kernels.hpp"
#include "run/limits.hpp"
#include "run/store.hpp"
#include "text/quoted.hpp"
#include "timing/launch.hpp"
#include "worker/library.hpp"
#include "worker/supervisor.hpp"

namespace {

using namespace maxtrick;
using namespace maxtrick::cli;

const std::map<std::string, table::Format> formats{
    {"table", table::Format::table}, {"csv", table::Format::csv}, {"json", table::Format::json}};

// Refuses an empty value. Otherwise `-o ""`, such as from a variable that is not set, would mean the
// default.
const CLI::Validator not_empty(
    [](const std::string& text) { return text.empty() ? "the name is empty" : ""; }, "");

void add_format(CLI::App* command, table::Format& format) {
  command->add_option("--format", format, "output format: table, csv or json")
      ->transform(CLI::CheckedTransformer(formats).description(""))
      ->option_text("FORMAT");
}

void add_table_options(CLI::App* command, TableOptions& options, bool configs_required) {
  auto* configs = command->add_option("CONFIG", options.configs,
                                      "config files in TOML; each makes one result table");
  if (configs_required) configs->required();
  command
      ->add_option("--jobs,-j", options.jobs,
                   "number of threads (default: all cores); the table does not depend on "
                   "it")
      ->check(CLI::Range(1U, 1024U))
      ->option_text("N");
  command->add_flag("--quiet,-q", options.quiet, "show no progress bar");
  command->add_flag("--resume", options.resume,
                    "continue a run of the same configs that was killed");
}

void add_plugins(CLI::App* command, PluginOptions& options) {
  command
      ->add_option("--plugin", options.files,
                   "shared library with kernels of your own (maxtrick/plugin.h), which join "
                   "the variants of their ops; repeatable")
      ->check(not_empty)
      ->option_text("FILE")
      ->expected(1)
      ->take_all();
  command
      ->add_option("--plugin-limit", options.limit_s,
                   "seconds after which a call of a plug-in counts as hung (default 10, and 1 "
                   "more for each million logits)")
      ->check(CLI::Range(0.01, 86400.0).description(""))
      ->option_text("S");
}

void add_filter(CLI::App* command, TableOptions& options) {
  command
      ->add_option("--filter", options.filter,
                   "only rows whose key contains a match of this regular expression")
      ->option_text("REGEX");
}

void add_overrides(CLI::App* command, TableOptions& options) {
  command->add_option("--set", options.overrides, "replace a value of the config; repeatable")
      ->option_text("KEY=VALUE")
      ->expected(1)
      ->take_all();
}

// All commands with their options, and which one to run.
class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.failure_message([](const CLI::App* app, const CLI::Error& error) {
      // The message may quote an argument of any length.
      const std::string what = error.what();
      constexpr std::size_t longest = 500;
      const CLI::Error cut(error.get_name(),
                           what.size() > longest ? text::shown(what, longest) : what,
                           CLI::ExitCodes(error.get_exit_code()));
      return CLI::FailureMessage::simple(app, cut);
    });
    app_.set_version_flag("--version", cli::version,
                          "print version, instruction sets and libraries");
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    run_.jobs = check_.jobs = accept_.jobs = cores;
    add_list();
    add_run();
    add_check();
    add_accept();
    add_data();
    add_eval();
    add_judge();
    add_guide();
    add_hidden(timing::launch_command, timing::serve_launch);
    add_hidden(worker::serve_command, worker::serve);
  }

  int operator()(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      std::ostringstream help;
      const bool asked_for = app_.exit(error, help, std::cerr) == 0;
      fmt::print("{}", help.str());
      return asked_for ? exit_holds : exit_usage;
    }
    try {
      (void)kernels::best_isa();  // reports an invalid MAXTRICK_ISA before anything is computed
    } catch (const std::invalid_argument& error) {
      throw UsageError(text::shown(error.what(), text::longest_cell));
    }
    return chosen_();
  }

 private:
  CLI::App* add(const std::string& name, const std::string& description,
                std::function<int()> body) {
    CLI::App* command = app_.add_subcommand(name, description);
    command->callback([this, body = std::move(body)] { chosen_ = body; });
    return command;
  }

  void add_list() {
    CLI::App* command = add("list", "what there is", [this] { return cli::list(list_); });
    command->add_option("WHAT", list_.what, "variants (default), experiments or configs")
        ->check(CLI::IsMember({"variants", "experiments", "configs"}).description(""));
    add_format(command, list_.format);
    add_plugins(command, list_.plugins);
  }

  void add_run() {
    CLI::App* command =
        add("run", "run configs and write their result tables", [this] { return cli::run(run_); });
    add_table_options(command, run_, false);
    add_filter(command, run_);
    command
        ->add_option(
            "-o,--output", run_.folder,
            "folder for the tables (default results/; with --filter, --set or --plugin the "
            "rows are printed instead)")
        ->check(not_empty)
        ->option_text("DIR");
    add_overrides(command, run_);
    command
        ->add_option(
            "--export", run_.exports,
            "also write the trained networks that the configs list in [[export]], each into "
            "its own folder in DIR (--filter does not select among them)")
        ->check(not_empty)
        ->option_text("DIR");
    command->add_flag("--times", run_.times,
                      "measure the times of existing tables again; otherwise they are kept while "
                      "the other cells hold");
    command->add_flag("--dry-run", run_.dry_run, "only list the rows that would be computed");
    add_plugins(command, run_.plugins);
  }

  void add_check() {
    CLI::App* command = add("check", "recompute tables and compare them with the committed ones",
                            [this] { return check(check_); });
    add_table_options(command, check_, false);
    add_filter(command, check_);
    add_baseline(command, check_.baseline);
    command
        ->add_option("--junit", check_.junit,
                     "also write the findings as JUnit XML, one test case for each row")
        ->check(not_empty)
        ->option_text("FILE");
    add_plugins(command, check_.plugins);
  }

  void add_accept() {
    CLI::App* command = add("accept", "make changed tables the new baseline, and print the changes",
                            [this] { return cli::accept(accept_); });
    add_table_options(command, accept_, true);
    add_baseline(command, accept_.baseline);
  }

  static void add_baseline(CLI::App* command, std::filesystem::path& baseline) {
    command->add_option("--baseline", baseline, "folder of the committed tables (default results/)")
        ->check(not_empty)
        ->option_text("DIR");
  }

  void add_data() {
    CLI::App* command = add("data", "write the data set that a config describes",
                            [this] { return cli::data(data_); });
    command->add_option("CONFIG", data_.configs, "a TOML file")->required()->expected(1);
    command
        ->add_option("-o,--output", data_.folder,
                     "folder for X.npy and y.npy; if the config has several data sets, each "
                     "gets its own folder in DIR")
        ->required()
        ->check(not_empty)
        ->option_text("DIR");
    add_overrides(command, data_);
  }

  void add_eval() {
    CLI::App* command = add("eval", "run numbers of your own through the variants of an op",
                            [this] { return cli::eval(eval_); });
    cli::add_problem(*command, eval_);
    command
        ->add_option("--variant", eval_.variant,
                     "only the variants with a matching name, such as 'softmax.*.scalar' or "
                     "'clip(*)'; or exact, for the exact answer alone")
        ->option_text("GLOB");
    command
        ->add_option("-o,--output", eval_.output,
                     "write the result as .npy; only if one variant is selected")
        ->check(not_empty)
        ->option_text("FILE");
    command
        ->add_option("--output-gradient", eval_.output_gradient,
                     "the same for the gradient, with --gradient")
        ->check(not_empty)
        ->option_text("FILE");
    const std::string check = "Check";
    command->add_option("--expect", eval_.expect, "exit with 1 if a result differs from this")
        ->option_text("ARRAY")
        ->group(check);
    command->add_option("--expect-gradient", eval_.expect_gradient, "the same for the gradient")
        ->option_text("ARRAY")
        ->group(check);
    command->add_option("--ulp", eval_.ulp, "the largest error in ULP (default 1)")
        ->option_text("N")
        ->group(check);
    command->add_option("--rtol", eval_.rtol, "the largest error, relative to what is expected")
        ->option_text("R")
        ->group(check);
    command->add_option("--atol", eval_.atol, "the largest absolute error, added to --rtol")
        ->option_text("A")
        ->group(check);
    add_format(command, eval_.format);
    command->add_flag("--quiet,-q", eval_.quiet, "do not report the variants that are left out");
    add_plugins(command, eval_.plugins);
  }

  void add_judge() {
    CLI::App* command = add("judge", "judge a result that was computed elsewhere",
                            [this] { return cli::judge(judge_); });
    cli::add_problem(*command, judge_);
    command->add_option("--result", judge_.result, "the numbers to judge")->option_text("ARRAY");
    command
        ->add_option("--result-gradient", judge_.result_gradient,
                     "the gradient to judge, with --gradient")
        ->option_text("ARRAY");
    command->add_option("--ulp", judge_.ulp, "exit with 1 if an error is larger")->option_text("N");
    command->add_option("--worst", judge_.worst, "how many elements to show (default 5)")
        ->check(CLI::NonNegativeNumber)
        ->option_text("N");
    add_format(command, judge_.format);
  }

  void add_guide() {
    CLI::App* command =
        add("guide", "print which formula to use when, from the committed tables (Markdown)",
            [this] { return cli::guide(guide_); });
    command->add_option("--tables", guide_.tables, "folder of the tables (default results/)")
        ->check(not_empty)
        ->option_text("DIR");
  }

  // Adds a command that only the program itself starts and that no help text lists. `body` takes
  // the command's one argument, and may run plug-ins.
  void add_hidden(const char* name, void (*body)(const std::string&)) {
    CLI::App* command = add(name, "", [this, body] {
      if (const auto exit_code = worker::supervise()) return *exit_code;
      body(argument_);
      return int{exit_holds};
    });
    command->group("");
    command->add_option("ARGUMENT", argument_)->required();
  }

  CLI::App app_{
      "maxtrick: experiments on the numerics and the speed of softmax, with result "
      "tables that can be checked"};
  RunOptions run_;
  CheckOptions check_;
  AcceptOptions accept_;
  ListOptions list_;
  DataOptions data_;
  cli::EvalOptions eval_;
  cli::JudgeOptions judge_;
  GuideOptions guide_;
  std::string argument_;
  std::function<int()> chosen_;
};

// Opens /dev/null in place of each standard stream that the caller has closed. Otherwise the first
// file that the program opens, such as a table, would get the number of the stream and receive what
// is printed. Printing to a closed stdout then fails, as it should: data would be lost.
void open_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0)
      (void)::open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

}  // namespace

int main(int argc, char** argv) {
  open_closed_streams();
  // A caller may have ignored SIGCHLD. The end of a child would then not be reported.
  std::signal(SIGCHLD, SIG_DFL);
  try {
    const int code = CommandLine()(argc, argv);
    flush_stdout();
    return code;
  } catch (const config::ConfigError& error) {
    std::cerr << error.what() << '\n';
    return exit_usage;
  } catch (const UsageError& error) {
    std::cerr << "maxtrick: " << error.what() << '\n';
    return exit_usage;
  } catch (const io::InputError& error) {
    std::cerr << "maxtrick: " << error.what() << '\n';
    return exit_usage;
  } catch (const std::bad_alloc&) {
    std::cerr << "maxtrick: " << run::out_of_memory() << '\n';
    return exit_error;
  } catch (const std::filesystem::filesystem_error& error) {
    // Some functions that fail, such as current_path(), name no path.
    const std::string path = error.path1().string();
    std::cerr << "maxtrick: "
              << (path.empty() ? error.what()
                               : text::shown_path(path) + ": " + error.code().message())
              << '\n';
    return exit_error;
  } catch (const std::system_error& error) {
    // fmt::print does not name the stream that it cannot write to.
    const bool printing = std::ferror(stdout) != 0;
    std::cerr << "maxtrick: "
              << (printing ? "cannot write to stdout: " + error.code().message() : error.what())
              << '\n';
    return exit_error;
  } catch (const std::exception& error) {
    std::cerr << "maxtrick: " << error.what() << '\n';
    return exit_error;
  }
}
