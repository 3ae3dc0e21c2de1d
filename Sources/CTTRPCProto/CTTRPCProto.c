#include "CTTRPCProto.h"
