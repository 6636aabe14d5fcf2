#include "run/store.hpp"

#include <fmt/format.h>
#include <gnu/libc-version.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "config/config.hpp"
#include "io/files.hpp"
#include "run/cpu.hpp"
#include "table/table_files.hpp"
#include "text/quoted.hpp"

namespace maxtrick::run {
namespace {

using Json = nlohmann::ordered_json;

std::string compiler() {
#if defined(__clang__)
  return "Clang " __clang_version__;
#else
  return "GCC " __VERSION__;
#endif
}

Json digests(const std::string& name, const std::string& csv, const std::string& md) {
  return {{name + ".csv", io::sha256(csv)}, {name + ".md", io::sha256(md)}};
}

Json config_of(const Provenance& from) {
  return {{"name", from.config_name},
          {"sha256", io::sha256(from.config_text)},
          {"set", from.overrides},
          {"text", from.config_text}};
}

// The name of a config is a path, which need not be UTF-8.
std::string text_of(const Json& manifest) {
  return manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string manifest(const Json& tables, const Provenance& from) {
  const Build built = build();
  const Cpu cpu = this_cpu();
  std::vector<std::string> libraries = from.libraries;
  libraries.push_back(fmt::format("glibc {}", gnu_get_libc_version()));
  Json json = {
      {"maxtrick", built.version},
      {"commit", built.commit},
      {"dirty", built.dirty},
      {"compiler", compiler()},
      {"flags", MAXTRICK_FLAGS},
      {"cpu", cpu.model_name.empty() ? "unknown" : cpu.model_name},
      {"microarchitecture", microarchitecture(cpu)},
      {"isa", from.isa},
      {"libraries", libraries},
      {"jobs", from.jobs},
      {"config", config_of(from)},
      {"sha256", tables},
  };
  if (!from.inputs.empty()) json["inputs"] = from.inputs;
  return text_of(json);
}

// The manifest on disk. If the file is missing or is not a manifest, this returns an empty one.
// "sha256" and "config" are always objects.
Json read_manifest(const std::filesystem::path& path) {
  Json manifest = Json::parse(io::read_file_if_there(path).value_or(""), nullptr, false);
  if (!manifest.is_object()) manifest = Json::object();
  for (const char* part : {"sha256", "config"})
    if (!manifest.contains(part) || !manifest[part].is_object()) manifest[part] = Json::object();
  return manifest;
}

std::string as_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// What the manifest states about the options and the inputs, and `from` does not; one phrase for
// each difference. Empty if both state the same.
std::vector<std::string> other_options_and_inputs(const Json& manifest, const Provenance& from) {
  std::vector<std::string> found;
  if (const Json set = manifest["config"].value("set", Json{}); set != Json(from.overrides))
    found.push_back(fmt::format("it was made with --set {}, and not with {}", as_text(set),
                                as_text(from.overrides)));
  const Json inputs = manifest.value("inputs", Json::object());
  for (const auto& [file, digest] : from.inputs)
    if (!inputs.is_object() || inputs.value(file, Json{}) != Json(digest))
      found.push_back(fmt::format("the input {} has changed since", file));
  for (const auto& [file, digest] : inputs.items())
    if (!from.inputs.contains(file))
      found.push_back(fmt::format("the input {} is not read any more", file));
  return found;
}

// The same, with the text of the config.
std::vector<std::string> differences(const Json& manifest, const Provenance& from) {
  std::vector<std::string> found = other_options_and_inputs(manifest, from);
  const Json& config = manifest["config"];
  if (config.value("sha256", Json{}) != Json(io::sha256(from.config_text)) ||
      config.value("text", Json{}) != Json(from.config_text))
    found.emplace(found.begin(), "the config has changed since");
  return found;
}

// Whether the manifest already describes these tables and this config.
bool describes(const Json& manifest, const Json& tables, const Provenance& from) {
  return manifest["sha256"] == tables && differences(manifest, from).empty();
}

// The manifest on disk with other tables and another wording of the config.
std::string reworded(Json manifest, const Json& tables, const Provenance& from) {
  manifest["config"] = config_of(from);
  manifest["sha256"] = tables;
  return text_of(manifest);
}

// The number of characters that are shown of a line of a Markdown file.
constexpr std::size_t longest_line = 1000;

// Describes the first line in which two texts differ: its number, and both versions.
std::string first_difference(const std::string& expected, const std::string& got) {
  std::istringstream a(expected), b(got);
  std::string line_a, line_b;
  for (std::size_t n = 1;; ++n) {
    const bool more_a = bool(std::getline(a, line_a)), more_b = bool(std::getline(b, line_b));
    if (!more_a) line_a = "(end)";
    if (!more_b) line_b = "(end)";
    if (line_a != line_b || (!more_a && !more_b))
      return fmt::format("line {}: expected {}, got {}", n, text::shown(line_a, longest_line),
                         text::shown(line_b, longest_line));
  }
}

}  // namespace

Stored store(const table::ResultTable& table, const Provenance& provenance,
             const std::filesystem::path& folder, const std::string& name) {
  const std::string csv = to_csv(table), md = to_markdown(table);
  const Json tables = digests(name, csv, md);
  std::vector<std::pair<std::filesystem::path, std::string>> changed;
  for (const auto& [ending, bytes] : {std::pair{".csv", &csv}, std::pair{".md", &md}})
    if (io::read_file_if_there(folder / (name + ending)) != *bytes)
      changed.emplace_back(folder / (name + ending), *bytes);
  const Stored stored = changed.empty() ? Stored::unchanged : Stored::written;
  const auto manifest_path = folder / (name + ".manifest.json");
  const Json old = read_manifest(manifest_path);
  const bool keeps_times = table.has_times() && answers(folder, name, provenance) &&
                           old["sha256"].value(name + ".csv", Json{}) == tables[name + ".csv"];
  if (!changed.empty() || !describes(old, tables, provenance))
    changed.emplace_back(manifest_path, keeps_times ? reworded(old, tables, provenance)
                                                    : manifest(tables, provenance));
  if (changed.empty())
    io::remove_leftovers(folder);
  else
    io::write_files(changed);  // which removes them too
  return stored;
}

bool answers(const std::filesystem::path& folder, const std::string& name,
             const Provenance& request) {
  const Json manifest = read_manifest(folder / (name + ".manifest.json"));
  const Json text = manifest["config"].value("text", Json{});
  return io::is_there(folder / (name + ".csv")) && !table::manifest_faults(folder, name).of_csv &&
         text.is_string() &&
         config::request_the_same(text.get<std::string>(), request.config_text) &&
         other_options_and_inputs(manifest, request).empty();
}

std::string version_of(const std::filesystem::path& folder, const std::string& name) {
  const Json version = read_manifest(folder / (name + ".manifest.json")).value("maxtrick", Json{});
  return version.is_string() ? version.get<std::string>() : "";
}

std::vector<std::string> stale_companions(const table::ResultTable& schema,
                                          const table::Baseline& baseline,
                                          const std::filesystem::path& folder,
                                          const std::string& name, const Provenance& provenance) {
  table::ResultTable as_read = schema;
  as_read.rows = baseline.rows();
  const std::string expected_md = to_markdown(as_read);
  const auto md_path = folder / (name + ".md"), manifest_path = folder / (name + ".manifest.json");
  const std::string md = io::read_file_if_there(md_path).value_or("");
  std::vector<std::string> found;
  if (md != expected_md)
    found.push_back(fmt::format("{}: not what {}.csv gives: {}", md_path.string(), name,
                                first_difference(expected_md, md)));
  for (const std::string& difference : differences(read_manifest(manifest_path), provenance))
    found.push_back(fmt::format("{}: {}; run it again", manifest_path.string(), difference));
  return found;
}

}  // namespace maxtrick::run
