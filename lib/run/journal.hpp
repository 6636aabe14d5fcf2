// Checkpoint file: the results of parts, written as they are computed. A later run continues a
// killed run from it.
//
// The file is text. Its first line identifies the parts by the digest of their identity and their
// number. Each further line is a result: the number of its part, the text, and a digest of both and
// of the first line. The digest shows that a line was cut short or belongs to another identity.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace maxtrick::run {

class Journal {
 public:
  // Reads the file. If it has another identity or invalid lines, it is replaced by one with only
  // the valid results. Throws std::system_error if the file cannot be read or written.
  Journal(std::filesystem::path path, std::string_view identity, std::size_t parts);

  // The results that the file had, by part; the last one if a part had several.
  [[nodiscard]] const std::map<std::size_t, std::string>& found() const { return found_; }

  // Makes found() empty. The results stay in the file, and the next object that opens it finds
  // them.
  void forget() { found_.clear(); }

  // Appends a result; may be called from any thread. `text` is one line. If writing fails, this
  // result and all later ones are not kept: a full disk must not end the run.
  void add(std::size_t part, std::string_view text);
  // Why writing failed; empty if all results are kept. Must not be called while a thread calls
  // add().
  [[nodiscard]] const std::string& failure() const { return failure_; }

  // Removes the file; to be called once the results are stored in their table. If that fails, the
  // file stays.
  void remove();

 private:
  [[nodiscard]] std::string line(std::size_t part, std::string_view text) const;
  [[nodiscard]] bool read(std::string_view bytes, std::size_t parts);

  std::filesystem::path path_;
  std::string head_;
  std::map<std::size_t, std::string> found_;
  std::mutex adding_;
  std::string failure_;
};

}  // namespace maxtrick::run
