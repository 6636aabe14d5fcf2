// What was made last, for libraries whose operators take long to make and little to run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <utility>

namespace maxtrick::variants {

// The things made last, each under its key. One for each thread: their operators have scratch
// memory of their own. Bounded, since an experiment may use a thousand shapes once each.
template <class Key, class Value, std::size_t most = 16>
class Recent {
 public:
  // The one under `key`, of make() where there is none; it stays until the next call.
  template <class Make>
  Value& get(const Key& key, Make make) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry.first == key; });
    if (found != entries_.end()) {
      entries_.splice(entries_.begin(), entries_, found);
    } else {
      entries_.emplace_front(key, make());
      if (entries_.size() > most) entries_.pop_back();
    }
    return entries_.front().second;
  }

 private:
  std::list<std::pair<Key, Value>> entries_;
};

}  // namespace maxtrick::variants
