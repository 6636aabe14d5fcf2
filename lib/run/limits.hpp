// Sentences for the user about limits of the system that a run has met.
#pragma once

#include <cstddef>
#include <string>
#include <system_error>

namespace maxtrick::run {

// "not enough memory", the limit if there is one, and what to do.
[[nodiscard]] std::string out_of_memory();

// Says that the system refused thread `number` of `all`, why, and what to do.
[[nodiscard]] std::string no_thread(std::size_t number, std::size_t all,
                                    const std::error_code& why);

// Says which process could not be started, and names the limits; the reason of the system follows.
[[nodiscard]] std::string no_process(const std::string& program);

}  // namespace maxtrick::run
