# A stand-in for cuobjdump: every cubin has one function of three instructions of the logic pipe.
cat <<'SASS'
		Function : scan
        /*0000*/                   SHF.L.W.U32.HI R3, R6.reuse, 0x1a, R6 ;      /* 0x0000001a06037819 */
        /*0010*/                   LOP3.LUT R3, R7, R3, R8, 0x96, !PT ;         /* 0x0000000307037212 */
        /*0020*/                   IADD3 R3, R7, R3, R8 ;                       /* 0x0000000307037212 */
        /*0030*/                   IMAD R12, R12, UR7, R5 ;                     /* 0x0000000c03087824 */
        /*0040*/                   EXIT ;                                       /* 0x000000000000794d */
SASS
