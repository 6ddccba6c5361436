#include "intake/reconnect.hpp"

#include <algorithm>

namespace payferry::intake {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{250};

}  // namespace

void Reconnect::failed(Moment now) {
  if (failures_ == 0) lost_ = now;
  constexpr int kDoublings = 7;
  const milliseconds pause = std::min(kFirstPause * (1 << std::min(failures_, kDoublings)), longest_pause_);
  ++failures_;
  next_ = now + pause;
}

void Reconnect::succeeded() {
  failures_ = 0;
}

milliseconds Reconnect::pause(Moment now) const {
  if (failures_ == 0 || next_ <= now) return milliseconds(0);
  return std::chrono::ceil<milliseconds>(next_ - now);
}

}  // namespace payferry::intake
