// The program's side of the process in which a plug-in is called: starts it, sends calls to it, and
// notices if it ends or hangs.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "ops/call.hpp"
#include "worker/call_memory.hpp"
#include "worker/plugin.hpp"
#include "worker/process.hpp"
#include "worker/remote.hpp"

namespace maxtrick::worker {

// A fault of the plug-in, such as "writes outside its rows". Its process cannot be used any more.
struct Broken : std::runtime_error {
  Broken(const std::string& what, bool hangs) : std::runtime_error(what), hung(hangs) {}
  bool hung;
};

// A process in which a plug-in is called.
class Child {
 public:
  // Throws Refused if the plug-in cannot be used.
  Child(const Host& host, const std::filesystem::path& file);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] const Plugin& plugin() const { return plugin_; }  // without functions

  // Calls the kernel with this index in the plug-in. Throws Broken, after which this object must
  // not be used, and run::CaseFailed if the kernel itself reports that it could not compute the
  // result. The result of a call that throws is undefined.
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
