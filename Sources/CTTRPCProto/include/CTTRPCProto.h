// Umbrella of the generated ttrpc envelope (proto/ttrpc/ttrpc.proto).
#pragma once
#include "ttrpc.pb-c.h"
