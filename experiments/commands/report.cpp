// `maxtrick report`: the committed tables as pictures, in one HTML file.
#include <fmt/format.h>

#include "commands/commands.hpp"
#include "report/page.hpp"
#include "suite/files.hpp"

namespace maxtrick::commands {
namespace {

namespace fs = std::filesystem;

// One file a picture.
void write_specifications(const fs::path& folder, const std::vector<report::Picture>& pictures,
                          const std::vector<report::Drawn>& drawn) {
  std::vector<std::pair<fs::path, std::string>> files;
  for (std::size_t i = 0; i < pictures.size(); ++i)
    files.emplace_back(folder / (pictures[i].name + ".json"),
                       drawn[i].specification.dump(1) + '\n');
  suite::write_files(files);
}

}  // namespace

int report(const ReportOptions& options) {
  const report::Tables tables(options.tables);
  const auto pictures = report::pictures(tables);
  // What is missing is said before the work.
  report::Assets assets;
  const bool page = options.specifications.empty() || !options.assets.empty();
  if (page) assets = report::read_assets(options.assets, pictures);
  std::vector<report::Drawn> drawn;
  for (const report::Picture& picture : pictures) drawn.push_back(picture.draw(tables));
  if (!options.specifications.empty())
    write_specifications(options.specifications, pictures, drawn);
  if (page) {
    suite::write_file(options.output, report::page(pictures, drawn, assets));
    fmt::print(stderr, "report: {} pictures in {}\n", pictures.size(), options.output.string());
  }
  return exit_holds;
}

}  // namespace maxtrick::commands
