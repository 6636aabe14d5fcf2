// A process in which a plug-in is called, as the program sees it.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "worker/call_memory.hpp"
#include "worker/plugin.hpp"
#include "worker/process.hpp"

namespace maxtrick::worker {

// How plug-ins are served.
struct Host {
  std::filesystem::path program = "/proc/self/exe";  // that has the command serve-plugin
  // Of a call, and a microsecond more for each logit; and to load.
  std::chrono::milliseconds limit = std::chrono::seconds(10);
};

// What the plug-in did: "writes outside its rows". The process is of no more use.
struct Broken : std::runtime_error {
  Broken(const std::string& what, bool hangs) : std::runtime_error(what), hung(hangs) {}
  bool hung;
};

class Child {
 public:
  // Throws Refused where the plug-in cannot be had.
  Child(const Host& host, const std::filesystem::path& file);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] const Plugin& plugin() const { return plugin_; }  // without functions

  // Calls the kernel of that place in the plug-in. Throws Broken, after which nothing may be called
  // any more, and run::CaseFailed where it says itself that it could not compute it.
  template <class T>
  void call(std::size_t kernel, const ops::Call<T>& call);

 private:
  class Memory;
  [[nodiscard]] std::string receive(std::chrono::milliseconds limit);
  void send(const Request& request);
  void start(const Host& host, const std::filesystem::path& file);

  std::chrono::milliseconds limit_;
  worker::Descriptor talk_;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<worker::Process> process_;
  Plugin plugin_;
};

}  // namespace maxtrick::worker
