// Results of parts on disk, as they come: what a killed run leaves to the next one.
//
// A text file: a line that says of what these are the parts (a digest of the identity and the
// number of parts), and a line for each result: its part, the text, and a digest of both and of the
// first line. A line that was cut short, or is not of this identity, has another digest.
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
  // Reads what is there; a file of another identity, or with bad lines, is replaced by one that has
  // only what is good. Throws std::system_error where it cannot be read or written.
  Journal(std::filesystem::path path, std::string_view identity, std::size_t parts);

  // What was there: texts by part, of each the last.
  [[nodiscard]] const std::map<std::size_t, std::string>& found() const { return found_; }

  // Finds nothing of it any more; who opens the file next still does.
  void forget() { found_.clear(); }

  // From any thread. `text` is one line. What cannot be written is not kept, nor is what comes
  // after it: a full disk shall not end the run.
  void add(std::size_t part, std::string_view text);
  // Why not; empty where all is kept. Not while a thread adds.
  [[nodiscard]] const std::string& failure() const { return failure_; }

  // For when the results have gone where they belong. What cannot be removed stays.
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
