// A resize from its claim to its proof, in a worker's thread: connect, claim the VM, judge and plan by its XML of this moment, pull
// each lever and wait until a reading shows the result, look at the claim once more. Whatever fails undoes what was done, the last step
// first; a cancel is the same. The message says when something could not be undone.
//
// Of an action that an earlier run began nothing is repeated: it is done when all readings show it within the time a lever has, and
// else it failed, with what is in force now in the message. Where nobody can have begun with it there is no wait.
//
// Of a move that has arrived (ActionSetting::moved) it is the second half: where that fails the move is done all the same, without the
// allocation it carried.
#pragma once

#include "action_run.h"
#include "connection.h"
#include "headroom/libvirt/claim.h"

namespace headroom::libvirt {

struct ResizeOptions {
  KeepAlive keep_alive{};
  Duration settle = std::chrono::seconds(30);    // that a lever may take until its result shows
  Duration look_every = std::chrono::milliseconds(250);
  Duration retry_every = std::chrono::seconds(5);  // a host whose connection broke
};

void run_resize(const std::string& uri, const Claim& ours, const ResizeOptions& options, const ActionSetting& setting);

}  // namespace headroom::libvirt
