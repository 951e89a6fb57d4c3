#include "from_json.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/timestamp.pb.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "headroom/base/instant.h"

namespace headroom::rpc {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;
using nlohmann::json;

// The value of a field's enum for a word of the JSON; nullptr: it has none.
const EnumValueDescriptor* value_of(const FieldDescriptor* field, const std::string& word) {
  constexpr std::string_view kNone = "UNSPECIFIED";
  const std::string& none = field->enum_type()->value(0)->name();
  std::string name = none.substr(0, none.size() - kNone.size());
  for (const char c : word) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return field->enum_type()->FindValueByName(name);
}

bool holds_time(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->message_type() == Timestamp::descriptor();
}

// Takes the JSON as it is read, without a tree of it: a fleet's answer has millions of values.
class Filler final : public nlohmann::json_sax<json> {
 public:
  Filler(Message& message, std::vector<std::string>* left_out) : root_(&message), left_out_(left_out) {}

  bool null() override {
    if (!in_list()) return true;
    return top().field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ? put_double(std::numeric_limits<double>::quiet_NaN()) : misfit("null in a list");
  }
  bool boolean(bool value) override {
    if (ignored()) return true;
    if (top().field->cpp_type() != FieldDescriptor::CPPTYPE_BOOL) return misfit("a boolean");
    return put(value, &Reflection::SetBool, &Reflection::AddBool);
  }
  bool number_integer(number_integer_t value) override {
    if (ignored()) return true;
    switch (top().field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_DOUBLE: return put_double(static_cast<double>(value));
      case FieldDescriptor::CPPTYPE_INT64: return put(value, &Reflection::SetInt64, &Reflection::AddInt64);
      default: return misfit("a whole number");
    }
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (!ignored() && top().field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) return put(value, &Reflection::SetUInt64, &Reflection::AddUInt64);
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<number_integer_t>::max())) return number_float(static_cast<double>(value), {});
    return number_integer(static_cast<number_integer_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override {
    if (ignored()) return true;
    return top().field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ? put_double(value) : misfit("a broken number");
  }
  bool string(string_t& value) override {
    if (ignored()) return true;
    const FieldDescriptor* field = top().field;
    if (holds_time(field)) return put_time(value);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return put_word(value);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return misfit("a text");
    return put(std::move(value), &Reflection::SetString, &Reflection::AddString);
  }
  bool binary(binary_t&) override { return misfit("bytes"); }

  bool start_object(std::size_t) override {
    if (stack_.empty()) return push({root_});
    if (skips()) return true;
    const FieldDescriptor* field = top().field;
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || holds_time(field)) return misfit("an object");
    if (field->is_repeated() != top().list) return misfit("an object");
    return push({top().list ? reflection().AddMessage(top().message, field) : reflection().MutableMessage(top().message, field)});
  }
  bool key(string_t& name) override {
    if (skipped_ > 0) return true;
    top().field = top().message->GetDescriptor()->FindFieldByName(name);
    if (top().field == nullptr) leave_out(name);
    return true;
  }
  bool start_array(std::size_t) override {
    if (stack_.empty()) return misfit("a list");
    if (skips()) return true;
    const FieldDescriptor* field = top().field;
    if (!top().list) return field->is_repeated() ? push({top().message, field, true}) : misfit("a list");
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->message_type()->field_count() != 1) return misfit("a list in a list");
    return push({reflection().AddMessage(top().message, field), field->message_type()->field(0), true});
  }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    why_ = e.what();
    return false;
  }

  const std::string& why() const { return why_; }

 private:
  struct Frame {
    Message* message;
    const FieldDescriptor* field = nullptr;   // of the key, or of the list; nullptr: the message has no such
    bool list = false;                        // what comes is an element
  };

  Frame& top() { return stack_.back(); }
  const Reflection& reflection() { return *top().message->GetReflection(); }
  bool in_list() { return !ignored() && top().list; }
  bool ignored() { return skipped_ > 0 || stack_.empty() || top().field == nullptr; }
  // An object or a list that has no place: all of it is passed over.
  bool skips() {
    if (!ignored()) return false;
    ++skipped_;
    return true;
  }
  bool push(Frame frame) {
    stack_.push_back(frame);
    return true;
  }
  bool end() {
    if (skipped_ > 0) --skipped_;
    else stack_.pop_back();
    return true;
  }
  bool misfit(const char* what) {
    why_ = stack_.empty() || top().field == nullptr ? what : fmt::format("'{}' takes no {}", top().field->full_name(), what);
    return false;
  }
  void leave_out(std::string what) {
    if (left_out_ != nullptr) left_out_->push_back(fmt::format("{}.{}", top().message->GetDescriptor()->name(), what));
  }

  template <class Value, class Set, class Add>
  bool put(Value&& value, Set set, Add add) {
    if (top().field->is_repeated() != top().list) return misfit("single value");
    if (top().list) (reflection().*add)(top().message, top().field, std::forward<Value>(value));
    else (reflection().*set)(top().message, top().field, std::forward<Value>(value));
    return true;
  }
  bool put_double(double value) { return put(value, &Reflection::SetDouble, &Reflection::AddDouble); }
  bool put_word(const std::string& word) {
    const EnumValueDescriptor* value = value_of(top().field, word);
    if (value == nullptr && !word.empty()) leave_out(fmt::format("{}={}", top().field->name(), word));
    return value == nullptr || put(value, &Reflection::SetEnum, &Reflection::AddEnum);
  }
  bool put_time(const std::string& text) {
    const auto at = parse_instant(text);
    if (top().field->is_repeated() != top().list) return misfit("single time");
    if (!at && !top().list) return true;
    Message* message = top().list ? reflection().AddMessage(top().message, top().field) : reflection().MutableMessage(top().message, top().field);
    auto& time = static_cast<Timestamp&>(*message);
    if (!at) return true;
    time.set_seconds(epoch_seconds(*at));
    time.set_nanos(static_cast<std::int32_t>((at->time_since_epoch() % std::chrono::seconds(1)).count() * 1'000'000));
    return true;
  }

  Message* root_;
  std::vector<std::string>* left_out_;
  std::vector<Frame> stack_;
  std::size_t skipped_ = 0;   // how deep we are in what is passed over
  std::string why_;
};

}  // namespace

Result<void> fill(std::string_view text, Message& message, std::vector<std::string>* left_out) {
  Filler filler(message, left_out);
  if (json::sax_parse(text, &filler)) return {};
  return fail(ErrorCode::kFailed, fmt::format("the answer cannot be told as a {}: {}", message.GetDescriptor()->name(), filler.why()));
}

}  // namespace headroom::rpc
