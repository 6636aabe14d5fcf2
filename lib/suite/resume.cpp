#include "suite/resume.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "suite/store.hpp"

namespace maxtrick::suite {
namespace {

Parts remaining(const std::shared_ptr<const KeptParts>& kept,
                const std::shared_ptr<Journal>& journal, Resumed& resumed) {
  auto parts = std::make_shared<std::vector<std::function<void()>>>();
  for (std::size_t part = 0; part < kept->size; ++part) {
    const auto found = journal->found().find(part);
    if (found != journal->found().end() && kept->take(part, found->second)) {
      ++resumed.had;
      continue;
    }
    parts->push_back([kept, journal, part] {
      const std::string text = kept->compute(part);
      journal->add(part, text);
      if (!kept->take(part, text))
        throw std::logic_error("a part that does not take its own result");
    });
  }
  resumed.all += kept->size;
  return parts;
}

}  // namespace

void Resumed::remove() {
  for (const auto& journal : journals) journal->remove();
}

bool keeps_parts(const Plan& plan) {
  return std::any_of(plan.cases.begin(), plan.cases.end(),
                     [](const Case& one) { return one.kept != nullptr; });
}

Resumed resume(Plan& plan, const std::filesystem::path& folder) {
  // All files first: where one of them cannot be, nothing is changed.
  std::map<std::shared_ptr<const KeptParts>, std::shared_ptr<Journal>> journals;
  for (const Case& one : plan.cases)
    if (one.kept && !journals.contains(one.kept))
      journals[one.kept] =
          std::make_shared<Journal>(folder / (one.kept->name + ".parts"),
                                    program_digest() + '\n' + one.kept->identity(), one.kept->size);
  Resumed resumed;
  std::map<std::shared_ptr<const KeptParts>, Parts> parts;
  for (const auto& [kept, journal] : journals) {
    parts[kept] = remaining(kept, journal, resumed);
    resumed.journals.push_back(journal);
  }
  for (Case& one : plan.cases)
    if (one.kept) {
      one.parts = parts[one.kept];
      one.kept = nullptr;
    }
  return resumed;
}

}  // namespace maxtrick::suite
