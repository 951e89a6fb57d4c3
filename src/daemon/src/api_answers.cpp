// The shapes of answers and errors.
#include <charconv>

#include "api_table.h"

namespace headroom {
namespace {

std::string_view title_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Payload Too Large";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Error";
  }
}

struct Kind {
  int status;
  std::string_view code;
};

Kind kind_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kFailed: return {500, "failed"};
    case ErrorCode::kInvalid: return {400, "bad_request"};
    case ErrorCode::kNotFound: return {404, "not_found"};
    case ErrorCode::kRefused: return {403, "refused"};
    case ErrorCode::kUnreachable: return {503, "unreachable"};
  }
  return {500, "failed"};
}

}  // namespace

Answer json_answer(const nlohmann::json& object) {
  Answer answer;
  // A trace may bear any name; what is no UTF-8 in it is shown as such rather than thrown over.
  answer.body = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return answer;
}

Answer refusal(int status, std::string_view code, const std::string& message) {
  Answer answer = json_answer({{"type", "about:blank"}, {"title", title_of(status)}, {"status", status}, {"detail", message},
                               {"error", {{"code", code}, {"message", message}}}});
  answer.status = status;
  answer.type = "application/problem+json";
  return answer;
}

Answer refusal(const Error& error) {
  const Kind kind = kind_of(error.code);
  return refusal(kind.status, kind.code, error.message);
}

Result<std::size_t> count_of(const std::string& text, std::string_view parameter, std::size_t usual, std::size_t most) {
  std::size_t count = usual;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || count < 1 || count > most)
    return invalid(fmt::format("{} is a number from 1 to {}", parameter, most));
  return count;
}

}  // namespace headroom
