# How node-gyp builds the native engine: one static library for each instruction set, and the addon around them.
{
  'target_defaults': {
    # No C++ exceptions: what can fail says so in its return value, and Node-API errors become JavaScript ones.
    # NAPI_VERSION 8 (Node 15.12 and later) makes one build serve every Node this package supports.
    # A worker that is being terminated takes no error any more; without the last line node-addon-api then aborts the
    # process (one in three runs of test/engine/native-lifetime.test.ts died of it).
    'defines': [
      'NAPI_VERSION=8',
      'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
      'NODE_ADDON_API_DISABLE_DEPRECATED',
      'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    ],
    # node-gyp's own default is an older C++.
    'cflags_cc!': ['-std=gnu++17', '-std=gnu++20'],
    'cflags_cc': ['-std=c++20', '-fno-exceptions', '-Wall', '-Wextra'],
    # Nothing but the module's entry points is visible (native/exports.map), so two copies of the addon never mix.
    'cflags': ['-O3', '-fvisibility=hidden', '-fPIC'],
    # Untested: macOS.
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++20',
      'CLANG_CXX_LIBRARY': 'libc++',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'NO',
      'GCC_OPTIMIZATION_LEVEL': '3',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
    },
    # Untested: Windows. MSVC has no flags for instruction sets up to SHA: their intrinsics are always there.
    'msvs_settings': {
      'VCCLCompilerTool': {'AdditionalOptions': ['/std:c++20'], 'ExceptionHandling': 0, 'Optimization': 2},
    },
  },

  'targets': [
    {
      'target_name': 'hashgap',
      'sources': [
        'native/addon.cc',
        'native/arguments.cc',
        'native/arithmetic.cc',
        'native/arithmetic_portable.cc',
        'native/confirm.cc',
        'native/cpu_features.cc',
        'native/dispatch.cc',
        'native/kernel_scalar.cc',
        'native/measurement.cc',
        'native/placement.cc',
        'native/pool.cc',
        'native/pool_object.cc',
        'native/scan.cc',
        'native/team.cc',
        'native/thread.cc',
        'native/triad.cc',
      ],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")"],
      'conditions': [
        ['target_arch=="x64"', {
          'dependencies': [
            'arithmetic_avx2', 'arithmetic_avx512', 'arithmetic_vnni',
            'kernel_avx2', 'kernel_avx512', 'kernel_shani', 'kernel_sse41',
          ],
        }],
        ['target_arch=="arm64"', {'dependencies': ['kernel_armv8', 'kernel_neon']}],
        # A symbol that is missing fails the load, where the reason can be shown, not a scan.
        ['OS=="linux"', {
          'ldflags': ['-Wl,-z,now', '-Wl,--version-script=<(module_root_dir)/native/exports.map'],
        }],
      ],
    },
  ],

  'conditions': [
    # GYP has no flags for single files, and a file compiled for SHA-NI must not lend its code to the others: each
    # instruction set is a library of its own.
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'arithmetic_avx2',
          'type': 'static_library',
          'sources': ['native/arithmetic_avx2.cc'],
          'cflags': ['-mavx2', '-mfma'],
          'xcode_settings': {'OTHER_CFLAGS': ['-mavx2', '-mfma']},
          'msvs_settings': {'VCCLCompilerTool': {'EnableEnhancedInstructionSet': '5'}}, # /arch:AVX2
        },
        {
          'target_name': 'arithmetic_avx512',
          'type': 'static_library',
          'sources': ['native/arithmetic_avx512.cc'],
          'cflags': ['-mavx512f'],
          'xcode_settings': {'OTHER_CFLAGS': ['-mavx512f']},
          'msvs_settings': {'VCCLCompilerTool': {'AdditionalOptions': ['/arch:AVX512']}},
        },
        {
          'target_name': 'arithmetic_vnni',
          'type': 'static_library',
          'sources': ['native/arithmetic_vnni.cc'],
          'cflags': ['-mavx512f', '-mavx512vnni'],
          'xcode_settings': {'OTHER_CFLAGS': ['-mavx512f', '-mavx512vnni']},
          'msvs_settings': {'VCCLCompilerTool': {'AdditionalOptions': ['/arch:AVX512']}},
        },
        {
          'target_name': 'kernel_avx2',
          'type': 'static_library',
          'sources': ['native/kernel_avx2.cc'],
          'cflags': ['-mavx2'],
          'xcode_settings': {'OTHER_CFLAGS': ['-mavx2']},
          'msvs_settings': {'VCCLCompilerTool': {'EnableEnhancedInstructionSet': '5'}}, # /arch:AVX2
        },
        {
          'target_name': 'kernel_avx512',
          'type': 'static_library',
          'sources': ['native/kernel_avx512.cc'],
          'cflags': ['-mavx512f', '-mavx512bw', '-mavx512vl'],
          'xcode_settings': {'OTHER_CFLAGS': ['-mavx512f', '-mavx512bw', '-mavx512vl']},
          'msvs_settings': {'VCCLCompilerTool': {'AdditionalOptions': ['/arch:AVX512']}},
        },
        {
          'target_name': 'kernel_sse41',
          'type': 'static_library',
          'sources': ['native/kernel_sse41.cc'],
          'cflags': ['-msse4.1', '-mssse3'],
          'xcode_settings': {'OTHER_CFLAGS': ['-msse4.1', '-mssse3']},
        },
        {
          'target_name': 'kernel_shani',
          'type': 'static_library',
          'sources': ['native/kernel_shani.cc'],
          'cflags': ['-msha', '-msse4.1', '-mssse3'],
          'xcode_settings': {'OTHER_CFLAGS': ['-msha', '-msse4.1', '-mssse3']},
        },
      ],
    }],
    # Run on Linux under an emulator (test/native/arm.test.ts), untested on macOS and Windows. There the compilers need no
    # flag: Apple's chips all have the SHA-256 instructions, and MSVC's intrinsics are always there.
    ['target_arch=="arm64"', {
      'targets': [
        {
          'target_name': 'kernel_armv8',
          'type': 'static_library',
          'sources': ['native/kernel_armv8.cc'],
          'conditions': [['OS=="linux"', {'cflags': ['-march=armv8-a+crypto']}]],
        },
        {
          'target_name': 'kernel_neon',
          'type': 'static_library',
          'sources': ['native/kernel_neon.cc'],
        },
      ],
    }],
  ],
}
