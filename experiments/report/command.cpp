// `maxtrick report`: the committed tables as pictures, in one HTML file.
#include "report/command.hpp"

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "io/files.hpp"
#include "report/page.hpp"

namespace maxtrick::report {
namespace {

namespace fs = std::filesystem;

// One file a picture.
void write_specifications(const fs::path& folder, const std::vector<Picture>& pictures,
                          const std::vector<Drawn>& drawn) {
  std::vector<std::pair<fs::path, std::string>> files;
  for (std::size_t i = 0; i < pictures.size(); ++i)
    files.emplace_back(folder / (pictures[i].name + ".json"),
                       drawn[i].specification.dump(1) + '\n');
  io::write_files(files);
}

}  // namespace

int write_report(const ReportOptions& options) {
  const Tables tables(options.tables);
  const auto all = report::pictures(tables);
  // What is missing is said before the work.
  Assets assets;
  const bool page = options.specifications.empty() || !options.assets.empty();
  if (page) assets = read_assets(options.assets, all);
  std::vector<Drawn> drawn;
  for (const Picture& picture : all) drawn.push_back(picture.draw(tables));
  if (!options.specifications.empty())
    write_specifications(options.specifications, all, drawn);
  if (page) {
    io::write_file(options.output, report::page(all, drawn, assets));
    fmt::print(stderr, "report: {} pictures in {}\n", all.size(), options.output.string());
  }
  return cli::exit_holds;
}

}  // namespace maxtrick::report
