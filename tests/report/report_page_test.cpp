// `maxtrick report`: a page that asks for nothing and can be read by all, and what it refuses.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <regex>

#include "program.hpp"
#include "report/page.hpp"
#include "report/picture.hpp"

BOOST_AUTO_TEST_SUITE(report_page_test)

namespace {

using namespace maxtrick;
using tests::contains;
using tests::count;
using tests::Folder;
using tests::Said;

namespace fs = std::filesystem;

const std::string evil = "a </script><script>alert(1)</script> & \"b\" <!-- c";

// A page of one picture, every text of which would break out of its place.
std::string page_of(const report::Assets& assets) {
  const report::Picture picture{"one", evil, evil, evil, {"t"}, {}};
  report::Drawn drawn{{{"data", evil}}, {evil, {evil, evil}, {{evil, evil}, {"x", "y"}}, false}};
  return report::page({picture}, {drawn}, assets);
}

report::Assets assets() {
  report::Assets all;
  all.vega = "var a = '</script>';";
  all.vega_lite = "var b;";
  all.style = "p {}";
  all.script = "var c = '<!--';";
  all.drawings = {"<svg></svg>"};
  return all;
}

// The committed tables in a folder of their own, in which the test may spoil one.
void copy_results(const Folder& folder) {
  fs::copy(fs::path(MAXTRICK_SOURCE_DIR) / "results", folder / "results",
           fs::copy_options::recursive);
}

void write_assets(const Folder& folder) {
  for (const char* name : {"vega.min.js", "vega-lite.min.js", "page.css", "page.js"})
    folder.write(std::string("assets/") + name, "/* */");
  for (const auto& picture : report::pictures(report::Tables("results")))
    folder.write("assets/" + picture.name + ".svg",
                 "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>");
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_breaks_out_of_its_place) {
  const std::string html = page_of(assets());
  // Vega, Vega-Lite, the page's own, and the specification.
  BOOST_TEST(count(html, "<script") == 4U);
  BOOST_TEST(count(html, "</script") == 4U);
  BOOST_TEST(!contains(html, "<!--"));
  BOOST_TEST(!contains(html, "<script>alert"));
  BOOST_TEST(contains(html, "'<\\/script>'"));
  // The specification is still what it was.
  const std::regex data(
      "<script type=\"application/json\" id=\"one-specification\">([^<]*)</script>");
  std::smatch match;
  BOOST_TEST_REQUIRE(std::regex_search(html, match, data));
  BOOST_TEST(report::Json::parse(match[1].str())["data"] == evil);
}

BOOST_AUTO_TEST_CASE(the_slider_goes_in_where_it_is_there) {
  BOOST_TEST(!contains(page_of(assets()), "slider"));
  report::Assets all = assets();
  all.slider = "<section id=\"slider\"><p>slide</p></section>\n";
  all.slider_script = "var slider;";
  all.slider_program = std::string("\0asm", 4);
  const std::string html = page_of(all);
  BOOST_TEST(count(html, "id=\"slider\"") == 1U);
  BOOST_TEST(contains(html, all.slider));
  BOOST_TEST(contains(html,
                      "<script type=\"application/octet-stream;base64\" "
                      "id=\"slider-wasm\">AGFzbQ==</script>"));
  BOOST_TEST(html.find("<p>slide") < html.find("<h2 id=\"one\""));
  // The way past the list leads past the slider too: its name says where it leads.
  BOOST_TEST(contains(html, "<a class=\"skip\" href=\"#pictures\">To the pictures</a>"));
  const auto pictures = html.find("id=\"pictures\"");
  BOOST_TEST(html.find("<p>slide") < pictures);
  BOOST_TEST(pictures < html.find("<h2 id=\"one\""));
  BOOST_TEST(html.find("var c") < html.find("var slider"));
}

// RFC 4648, section 10.
BOOST_AUTO_TEST_CASE(base64_of_the_standard) {
  BOOST_TEST(report::base64("") == "");
  BOOST_TEST(report::base64("f") == "Zg==");
  BOOST_TEST(report::base64("fo") == "Zm8=");
  BOOST_TEST(report::base64("foo") == "Zm9v");
  BOOST_TEST(report::base64("foob") == "Zm9vYg==");
  BOOST_TEST(report::base64("fooba") == "Zm9vYmE=");
  BOOST_TEST(report::base64("foobar") == "Zm9vYmFy");
  BOOST_TEST(report::base64("\xff\xfe\xfd") == "//79");
}

BOOST_AUTO_TEST_CASE(the_page_asks_for_nothing_and_can_be_read_by_all) {
  const Folder folder;
  write_assets(folder);
  const Said said = tests::shell("$MAXTRICK report --tables '" MAXTRICK_SOURCE_DIR
                                 "/results' --assets assets -o page.html",
                                 folder.path());
  BOOST_TEST_REQUIRE(said.code == 0, said.err);
  const std::string html = io::read_file(folder / "page.html");
  const std::regex references("(src|href|action|data)=\"([^\"]*)\"");
  std::size_t seen = 0;
  for (auto at = std::sregex_iterator(html.begin(), html.end(), references);
       at != std::sregex_iterator(); ++at) {
    ++seen;
    const std::string target = (*at)[2];
    BOOST_TEST((target.starts_with('#') || target.starts_with("data:")), target);
    if (target.size() > 1 && target.starts_with('#'))
      BOOST_TEST(contains(html, "id=\"" + target.substr(1) + '"'), target);
  }
  BOOST_TEST(seen > 10U);
  for (const char* asks : {"@import", "url(http", "fetch(", "XMLHttpRequest", "default-src *"})
    BOOST_TEST(!contains(html, asks), asks);
  BOOST_TEST(contains(html, "default-src 'none'"));

  const auto pictures = report::pictures(report::Tables("results"));
  BOOST_TEST(count(html, "<img ") == pictures.size());
  BOOST_TEST(count(html, "<img alt=\"") == pictures.size());
  BOOST_TEST(!contains(html, "alt=\"\""));
  BOOST_TEST(count(html, "<caption>") == count(html, "<table>"));
  BOOST_TEST(count(html, "<table>") == pictures.size());
  BOOST_TEST(count(html, "<th>") == 0U);  // each has a scope
  BOOST_TEST(count(html, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"") ==
             pictures.size());
  for (const char* part : {"<html lang=\"en\">", "<main>", "<div id=\"pictures\" tabindex=\"-1\">",
                           "<nav aria-label=", "<h1>", "class=\"skip\"", "width=device-width"})
    BOOST_TEST(count(html, part) == 1U, part);
  for (const auto& picture : pictures)
    BOOST_TEST(
        contains(html, "<h2 id=\"" + picture.name + "\">" + report::escaped(picture.question)),
        picture.name);
}

BOOST_AUTO_TEST_CASE(without_assets_it_says_what_is_missing) {
  const Folder folder;
  const std::string report =
      "$MAXTRICK report --tables '" MAXTRICK_SOURCE_DIR "/results' -o page.html";
  const Said none = tests::shell_exits(2, report, folder.path());
  for (const char* part : {"--assets", "vega.min.js", "scripts/report"})
    BOOST_TEST(contains(none.err, part), none.err);
  write_assets(folder);
  fs::remove(folder / "assets/vega-lite.min.js");
  fs::remove(folder / "assets/surface.svg");
  const Said two = tests::shell_exits(2, report + " --assets assets", folder.path());
  BOOST_TEST(contains(two.err, "not in assets: vega-lite.min.js, surface.svg;"), two.err);
  BOOST_TEST(!fs::exists(folder / "page.html"));
}

BOOST_AUTO_TEST_CASE(specifications_are_written_a_file_each) {
  const Folder folder;
  folder.write("json/package.json", "{}");
  folder.write("json/notes.txt", "mine");
  const Said said = tests::shell("$MAXTRICK report --tables '" MAXTRICK_SOURCE_DIR
                                 "/results' --specifications json",
                                 folder.path());
  BOOST_TEST_REQUIRE(said.code == 0, said.err);
  int files = 0;
  for (const auto& picture : report::pictures(report::Tables("results"))) {
    const auto json =
        report::Json::parse(io::read_file(folder / ("json/" + picture.name + ".json")));
    BOOST_TEST(contains(json["$schema"], "vega-lite/v5"));
    ++files;
  }
  for (const auto& entry : fs::directory_iterator(folder / "json"))
    files -= entry.path().extension() == ".json" ? 1 : 0;
  // What else is there is the user's.
  BOOST_TEST(files == -1);
  BOOST_TEST(fs::exists(folder / "json/package.json"));
  BOOST_TEST(fs::exists(folder / "json/notes.txt"));
  BOOST_TEST(!fs::exists(folder / "build"));
}

BOOST_AUTO_TEST_CASE(a_table_that_no_run_has_written_is_an_error_that_names_it) {
  const Folder folder;
  copy_results(folder);
  const auto refused = [&](const std::string& why) {
    const Said said =
        tests::shell_exits(2, "$MAXTRICK report --specifications json", folder.path());
    BOOST_TEST(contains(said.err, why), said.err);
    BOOST_TEST(!fs::exists(folder / "json"));
  };
  const std::string breaking = io::read_file(folder / "results/breaking.csv");
  std::string altered = breaking;
  altered.replace(altered.find(",20,"), 4, ",19,");
  folder.write("results/breaking.csv", altered);
  refused("results/breaking.csv is not the table that results/breaking.manifest.json speaks of");
  folder.write("results/breaking.csv", breaking.substr(0, breaking.find('\n') + 1));
  refused("results/breaking.csv has no rows");
  folder.write("results/breaking.csv", "a,b\n1\n");
  refused("results/breaking.csv: line 2");
  folder.write("results/breaking.csv", "");
  refused("results/breaking.csv: line 1");
  fs::remove(folder / "results/breaking.csv");
  refused("no table results/breaking.csv; make it: maxtrick run configs/breaking.toml");
  folder.write("results/breaking.csv", breaking);
  fs::remove_all(folder / "results/speed");
  refused("no table results/speed/CPU/speed.csv; make it: maxtrick run configs/speed.toml");
}

BOOST_AUTO_TEST_SUITE_END()
