#include "report/page.hpp"

#include <fmt/format.h>

#include "report/look.hpp"
#include "run/store.hpp"

namespace maxtrick::report {
namespace {

// Nothing may be loaded, and nothing sent: what the page holds is all that there is. Vega makes
// functions of its expressions ('unsafe-eval').
const char* const policy =
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

std::string table(const Sheet& sheet) {
  std::string html = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">\n"
      "<table>\n<caption>{0}</caption>\n<thead><tr>",
      escaped(sheet.caption));
  for (const std::string& name : sheet.header)
    html += fmt::format("<th scope=\"col\">{}</th>", escaped(name));
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : sheet.rows) {
    html += fmt::format("<tr><th scope=\"row\">{}</th>", escaped(row.front()));
    for (std::size_t i = 1; i < row.size(); ++i)
      html += sheet.outcomes && !row[i].empty()
                  ? fmt::format("<td class=\"{0}\">{0}</td>", escaped(row[i]))
                  : fmt::format("<td>{}</td>", escaped(row[i]));
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n</div>\n";
}

std::string source(const Picture& picture) {
  if (picture.tables.empty()) return "Computed by the report";
  std::string text;
  for (const std::string& name : picture.tables)
    text += fmt::format("{}results/{}.csv", text.empty() ? "From " : ", ", name);
  return text;
}

std::string section(const Picture& picture, const Drawn& drawn, const std::string& drawing) {
  return fmt::format(
      "<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n<p>{2}</p>\n<figure>\n"
      "<div class=\"picture\" role=\"region\" tabindex=\"0\" aria-label=\"Picture: {1}\" "
      "data-specification=\"{0}-specification\">"
      "<img alt=\"{3}\" src=\"data:image/svg+xml;base64,{4}\"></div>\n"
      "<figcaption>{5}.</figcaption>\n</figure>\n{6}"
      "<script type=\"application/json\" id=\"{0}-specification\">{7}</script>\n</section>\n",
      escaped(picture.name), escaped(picture.question), escaped(picture.text),
      escaped(picture.alternative), base64(drawing), escaped(source(picture)), table(drawn.sheet),
      inlined(drawn.specification));
}

std::string script(const std::string& code) {
  return code.empty() ? "" : "<script>" + inlined(code) + "</script>\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) switch (c) {
      case '&': made += "&amp;"; break;
      case '<': made += "&lt;"; break;
      case '>': made += "&gt;"; break;
      case '"': made += "&quot;"; break;
      default: made += c;
    }
  return made;
}

// In a string or a regular expression, where alone it can stand, \/ is a slash.
std::string inlined(std::string script) {
  for (const char* end : {"</script", "<!--"})
    for (auto at = script.find(end); at != std::string::npos; at = script.find(end, at + 2))
      script.insert(at + 1, "\\");
  return script;
}

std::string inlined(const Json& json) {
  std::string text = json.dump();
  for (auto at = text.find('<'); at != std::string::npos; at = text.find('<', at))
    text.replace(at, 1, "\\u003c");
  return text;
}

std::string page(const std::vector<Picture>& pictures, const std::vector<Drawn>& drawn,
                 const Assets& assets) {
  const std::string slider_link =
      assets.slider.empty() ? "" : "<li><a href=\"#slider\">Try it: sliders</a></li>\n";
  const run::Build build = run::build();
  const std::string version =
      build.commit.empty() ? build.version
                           : fmt::format("{} ({})", build.version, build.commit.substr(0, 12));
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>maxtrick: softmax, its numerics and its "
      "speed</title>\n<style>\n{}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#pictures\">To the pictures</a>\n"
      "<header>\n<h1>Softmax: how accurate, where it breaks, how fast</h1>\n"
      "<p>Each picture is drawn from a result table that anyone can make again with maxtrick {}. "
      "Errors are against the exact answer, in ULP, units in the last place. Move over a mark, "
      "where scripts run, to read its figures.</p>\n</header>\n"
      "<nav aria-label=\"Questions\">\n<ul>\n{}",
      policy, assets.style, version, slider_link);
  for (const Picture& picture : pictures)
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", escaped(picture.name),
                        escaped(picture.question));
  html += "</ul>\n</nav>\n<main>\n" + assets.slider;
  // Where the focus goes too, so that the next key press is among them.
  html += "<div id=\"pictures\" tabindex=\"-1\">\n";
  for (std::size_t i = 0; i < pictures.size(); ++i)
    html += section(pictures[i], drawn[i], assets.drawings[i]);
  html += "</div>\n</main>\n";
  if (!assets.slider_program.empty())
    html += fmt::format(
        "<script type=\"application/octet-stream;base64\" id=\"slider-wasm\">{}</script>\n",
        base64(assets.slider_program));
  for (const std::string* code :
       {&assets.vega, &assets.vega_lite, &assets.script, &assets.slider_script})
    html += script(*code);
  return html + "</body>\n</html>\n";
}

}  // namespace maxtrick::report
