// How expected failures travel: Result<T> holds a value or an Error with a code and one sentence that names the
// place and the mend. Impossible states use HEADROOM_CHECK (check.h). No exception crosses a module's border.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace headroom {

enum class ErrorCode {
  kFailed,       // exit 1: it was tried and did not work
  kInvalid,      // exit 2: bad usage, input or configuration
  kNotFound,     // exit 3
  kRefused,      // exit 4: a policy, level or limit forbids it
  kUnreachable,  // exit 5: no answer, or not in time
};

struct Error {
  ErrorCode code = ErrorCode::kFailed;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}
inline tl::unexpected<Error> invalid(std::string message) { return fail(ErrorCode::kInvalid, std::move(message)); }

// The documented exit code of a program that ends with this error.
constexpr int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kFailed: return 1;
    case ErrorCode::kInvalid: return 2;
    case ErrorCode::kNotFound: return 3;
    case ErrorCode::kRefused: return 4;
    case ErrorCode::kUnreachable: return 5;
  }
  return 1;
}

}  // namespace headroom
