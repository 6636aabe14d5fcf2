#include <fmt/format.h>

#include "io/files.hpp"
#include "io/matrix.hpp"
#include "report/page.hpp"

namespace maxtrick::report {

Assets read_assets(const std::filesystem::path& folder, const std::vector<Picture>& pictures) {
  std::string missing;
  const auto read = [&](const std::string& name) {
    auto text = io::read_file_if_there(folder / name);
    if (!text) missing += (missing.empty() ? "" : ", ") + name;
    return text.value_or("");
  };
  Assets assets;
  assets.vega = read("vega.min.js");
  assets.vega_lite = read("vega-lite.min.js");
  assets.style = read("page.css");
  assets.script = read("page.js");
  for (const Picture& picture : pictures) assets.drawings.push_back(read(picture.name + ".svg"));
  if (!missing.empty())
    throw io::InputError(fmt::format(
        "report: not in {}: {}; scripts/report makes them all, and the page",
        folder.empty() ? "--assets DIR, which was not given" : folder.string(), missing));
  const auto optional = [&](const char* name) {
    return io::read_file_if_there(folder / name).value_or("");
  };
  assets.slider = optional("slider.html");
  assets.slider_script = optional("slider.js");
  assets.slider_program = optional("slider.wasm");
  return assets;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned three = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      three = three << 8U | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
    for (unsigned k = 0; k < 4; ++k)
      text += i + k > bytes.size() ? '=' : letters[three >> (18U - 6U * k) & 63U];
  }
  return text;
}

}  // namespace maxtrick::report
