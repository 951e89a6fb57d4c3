// A new VM gets its first certificate: docs/wire.md, "Join".
#include <poll.h>

#include <array>

#include "headroom/agent/agent.h"
#include "headroom/agent/endpoint.h"
#include "identity.h"
#include "link.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

constexpr std::chrono::seconds kLimit{30};
constexpr std::string_view kPrefix = "hrj1-";
constexpr std::size_t kSecretChars = 43, kFingerprintChars = 64;

// The hash of the CA that a token was made under.
Result<std::string> fingerprint_of(std::string_view token) {
  const auto is_hex = [](std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; };
  const std::size_t size = kPrefix.size() + kSecretChars + 1 + kFingerprintChars;
  if (token.size() != size || !token.starts_with(kPrefix) || token[kPrefix.size() + kSecretChars] != '-' || !is_hex(token.substr(size - kFingerprintChars))) {
    return invalid("that is no join token; one begins with " + std::string(kPrefix) + " and has " + std::to_string(size) + " characters");
  }
  return std::string(token.substr(size - kFingerprintChars));
}

// Nobody is trusted yet: the chain that is shown has to end in the CA of the token, and to be good under it.
Result<void> judge(SSL& stream, const std::string& fingerprint) {
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(&stream);
  const int count = chain != nullptr ? sk_X509_num(chain) : 0;
  X509* last = count > 0 ? sk_X509_value(chain, count - 1) : nullptr;
  if (last == nullptr || sha256_hex(to_der(*last)) != fingerprint) {
    return fail(ErrorCode::kRefused, "who answers is not the manager that made this token: its CA is another");
  }
  return check_manager(stream, last);
}

class Joining {
 public:
  Joining(const Settings& settings, const World& world, const std::string& token) : settings_(settings), world_(world), token_(token) {}

  Result<void> run(const Endpoint& manager, std::string request, const std::string& fingerprint) {
    auto context = make_context({});
    if (!context) return tl::unexpected(context.error());
    auto opened = link_.open(manager, context->get(), [&](SSL& stream) { return judge(stream, fingerprint); });
    if (!opened) return opened;
    const auto until = world_.boot.since_boot() + kLimit;
    for (bool asked = false; world_.boot.since_boot() < until;) {
      if (!asked && link_.state() == Link::State::kOpen) {
        asked = true;
        if (auto sent = ask(std::move(request)); !sent) return sent;
      }
      std::array<pollfd, 2> all{{{world_.stop_fd, POLLIN, 0}, {link_.fd(), link_.wants(), 0}}};
      (void)poll(all.data(), all.size(), 1000);
      if (all[0].revents != 0) return fail(ErrorCode::kFailed, "ended before it was answered");
      if (auto ok = link_.advance(); !ok) return ok;
      if (const auto payload = link_.next()) return answered(*payload);
    }
    return fail(ErrorCode::kUnreachable, manager.text + " did not answer within " + std::to_string(kLimit.count()) + " s");
  }

 private:
  Result<void> ask(std::string request) {
    FromAgent message;
    message.mutable_join()->set_token(token_);
    message.mutable_join()->set_csr(std::move(request));
    link_.send(message);
    return link_.flush();
  }

  Result<void> answered(std::string_view payload) {
    const auto message = wire::decode_to_agent(payload);
    if (!message) return fail(ErrorCode::kFailed, "the manager sent " + message.error().message);
    if (message->has_joined()) {
      const Joined& joined = message->joined();
      return Identity::keep(settings_.state, {joined.chain().begin(), joined.chain().end()}, joined.ca());
    }
    if (message->has_goodbye()) return fail(ErrorCode::kRefused, "the manager refuses: " + wire::printable(message->goodbye().text()));
    return fail(ErrorCode::kFailed, "the manager did not answer the join");
  }

  const Settings& settings_;
  const World& world_;
  const std::string& token_;
  Link link_;
};

}  // namespace

Result<void> join(const Settings& settings, const std::string& token, const World& world) {
  if (auto ok = check(settings); !ok) return ok;
  const auto fingerprint = fingerprint_of(token);
  const auto manager = parse_endpoint(settings.manager);
  if (!fingerprint || !manager) return tl::unexpected(!fingerprint ? fingerprint.error() : manager.error());
  auto key = Identity::key_for_join(settings.state);
  if (!key) return tl::unexpected(key.error());
  auto request = make_request(**key);
  if (!request) return tl::unexpected(request.error());
  return Joining(settings, world, token).run(*manager, std::move(*request), *fingerprint);
}

}  // namespace headroom::agent
