// memux.hpp - the C++17 face of memux.h: move-only handles, exceptions, callables.
//
// Header-only. Link with libmemux as a C program does. SPDX-License-Identifier: MIT OR Apache-2.0
//
// * A failure is thrown as memux::Error, which carries all that memux_error knows.
// * A read, write, seek, progress or trace callable may throw. The exception does not pass through C frames: it is
//   kept, the operation is stopped, and the same exception is thrown again by the call that ran the operation.
//   An `unblock` callable and the destructors of captured objects must not throw.
// * Handles are not locked: a const method may be called from several threads at once, others from one at a time.

#ifndef MEMUX_HPP
#define MEMUX_HPP

#include <memux/containers.hpp>
#include <memux/core.hpp>
#include <memux/outputs.hpp>
#include <memux/segments.hpp>
#include <memux/streams.hpp>

#endif // MEMUX_HPP
