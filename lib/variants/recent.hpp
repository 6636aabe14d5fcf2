// Cache of recently created operators, for libraries whose operators are slow to create and fast to
// run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <utility>

namespace maxtrick::variants {

// Cache of the `most` values that were used last, each under its key. Each thread needs its own
// cache, since an operator has scratch memory. The size is limited, since an experiment may use a
// thousand shapes once each.
template <class Key, class Value, std::size_t most = 16>
class Recent {
 public:
  // The value under `key`. Calls make() if there is none. The reference is valid until the next
  // call.
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
