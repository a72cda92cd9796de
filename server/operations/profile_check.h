// Moved to rules/profile_check.h.
#pragma once

#include "rules/profile_check.h"
