#include "CBotProto.h"
