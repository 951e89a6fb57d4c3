// Words for messages: what the writer probably meant, and how to show what was written. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headroom::config {

// The candidate within a few slips (letters missing, added, changed or swapped, case aside) of `given`; empty when
// none is near. A view of one of the candidates.
std::string_view nearest(std::string_view given, const std::vector<std::string_view>& candidates);

// "; did you mean 'threshold'?" or "".
std::string did_you_mean(std::string_view given, const std::vector<std::string_view>& candidates);

// "'gro' is not one of grow, shrink; did you mean 'grow'?"
std::string not_one_of(std::string_view given, const std::vector<std::string_view>& candidates);

// In quotes, cut at 60 bytes, control characters shown as '?': a message stays one line whatever the file holds.
std::string in_quotes(std::string_view text);

}  // namespace headroom::config
