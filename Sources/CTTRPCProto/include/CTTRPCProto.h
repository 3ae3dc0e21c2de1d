// Umbrella of the generated ttrpc envelope (proto/botd/ttrpc/v1/ttrpc.proto).
#pragma once
#include "botd/ttrpc/v1/ttrpc.pb-c.h"
