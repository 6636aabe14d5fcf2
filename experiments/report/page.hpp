// The report as one HTML file that asks for nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/picture.hpp"

namespace maxtrick::report {

// What the page is made of beside the pictures; scripts/report gathers it in a folder.
struct Assets {
  std::string vega, vega_lite;                        // vega.min.js, vega-lite.min.js
  std::string style, script;                          // page.css, page.js
  std::vector<std::string> drawings;                  // NAME.svg, one for each picture
  std::string slider, slider_script, slider_program;  // slider.html, .js, .wasm; empty: none
};

// Throws InputError, which names all that is missing and what gathers it.
[[nodiscard]] Assets read_assets(const std::filesystem::path& folder,
                                 const std::vector<Picture>& pictures);

// `slider`, a section #slider, is put in as it is, before the pictures; its script runs after that
// of the page, and finds the program, base64, as the text of the element #slider-wasm.
[[nodiscard]] std::string page(const std::vector<Picture>& pictures,
                               const std::vector<Drawn>& drawn, const Assets& assets);

// Text, and values of attributes.
[[nodiscard]] std::string escaped(std::string_view text);
// A script's source: it must not end the element that it stands in.
[[nodiscard]] std::string inlined(std::string script);
// JSON likewise.
[[nodiscard]] std::string inlined(const Json& json);
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace maxtrick::report
