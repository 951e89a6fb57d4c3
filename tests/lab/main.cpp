// Emulated guests hang after some moves, whoever moves them (docs/lab.md). A test that fails while one is seen to hang says so, and is run once
// more, by a process of its own; it fails if it fails again. What fails without a hung guest, or with one that hangs otherwise, fails at once.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "lab.h"

namespace headroom::lab {
namespace {

constexpr const char* kAgain = "HEADROOM_LAB_AGAIN";

// Asks at the first failure, before the test's end makes its guests whole.
class HungGuests : public ::testing::EmptyTestEventListener {
 public:
  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (!result.failed() || asked_) return;
    asked_ = true;
    const Ran ran = Lab().run("hung");
    if (ran.exit_code == 0) names_ = ran.text;
  }
  const std::string& names() const { return names_; }

 private:
  bool asked_ = false;
  std::string names_;
};

}  // namespace
}  // namespace headroom::lab

int main(int argc, char** argv) {
  using namespace headroom::lab;
  std::vector<char*> as_given(argv, argv + argc + 1);  // with the null at its end; what is read is taken out of argv
  ::testing::InitGoogleTest(&argc, argv);
  auto* hung = new HungGuests;  // the framework's to delete
  ::testing::UnitTest::GetInstance()->listeners().Append(hung);
  const int result = RUN_ALL_TESTS();
  if (result == 0 || hung->names().empty() || std::getenv(kAgain) != nullptr) return result;
  fmt::print("hung by the emulator (docs/lab.md), so once more: {}", hung->names());
  std::fflush(nullptr);
  setenv(kAgain, "1", 1);
  execv("/proc/self/exe", as_given.data());
  return result;
}
